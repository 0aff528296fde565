internal import Foundation

/// M1: `daybook import slack`, into a tenant of its own each time.
struct ImportRow: Sendable {
    let system: System
    let append: AppendRows
    let runs: Int
    /// An export that is measured in place of one that is made up.
    let export: String?
    /// How many messages the one that is made up has.
    let messages: Int

    func measure(into report: inout Report) async throws {
        let file = try export ?? SlackExport(messages: messages).write(to: system.settings.folder + "/slack.zip")
        var (ours, appends, ratios) = ([Double](), [Double](), [Double]())
        var split = ProcessorSplit(of: system, children: "daybook")
        for run in 0..<runs {
            let tenant = "import-\(run)"
            try Tool.run(system.settings.binary, ["tenant", "create", tenant], environment: system.environment)
            appends.append(try await append.wide())
            ours.append(try await split.measure { try importing(file, into: tenant) })
            ratios.append(ours.last! / appends.last!)
        }
        report.add(
            Row(
                id: "M1",
                work:
                    "`daybook import slack`, \(export == nil ? "an export that was made up" : "the export given"): messages/s",
                ours: spread(Sample(ours)),
                baseline: "A2: \(spread(Sample(appends)))",
                ratio: figure(Sample(ratios).median) + " × A2",
                target: "≥ 3,000/s",
                met: Sample(ours).median >= 3000,
                split: split
            )
        )
    }

    /// Messages per second, the reading and checking of the archive among it.
    private func importing(_ file: String, into tenant: String) throws -> Double {
        var text = ""
        let elapsed = try ContinuousClock().measure {
            text = try Tool.run(
                system.settings.binary,
                ["import", "slack", file, "--tenant", tenant],
                environment: system.environment
            )
        }
        guard let count = text.firstMatch(of: #/messages: (\d+)/#).flatMap({ Double($0.1) }), count > 0 else {
            throw Tool.Failed(description: "import slack said: \(text)")
        }
        return count / elapsed.seconds
    }
}
