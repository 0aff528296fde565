internal import Logging
internal import Postgres

extension EventLog {
    /// How long outcomes are kept.
    private static let outcomeDays = 7

    /// Looks at all heads every `interval`, as the fallback for wake-ups that got lost, and forgets old outcomes. Returns
    /// when cancelled.
    package func run(interval: Duration = .milliseconds(25)) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watchHeads(every: interval) }
            group.addTask { await self.forgetOutcomes(every: .seconds(60)) }
        }
    }

    private func watchHeads(every interval: Duration) async {
        await repeatedly(every: interval) {
            for (partition, position) in try await currentHeads() { heads.advance(partition, to: position) }
        }
    }

    /// In small pieces, so that no append waits for one of them.
    private func forgetOutcomes(every interval: Duration) async {
        await repeatedly(every: interval) {
            for partition in try await currentHeads().keys.sorted() {
                var count = 1_000
                while count == 1_000, !Task.isCancelled {
                    count = try await functions.query(
                        "SELECT es.clean_outcomes(\(partition.number), make_interval(days => \(Int32(Self.outcomeDays))), 1000)",
                        as: Int.self
                    )[0]
                }
            }
        }
    }

    private func repeatedly(every interval: Duration, _ body: () async throws -> Void) async {
        var isFailing = false
        while !Task.isCancelled {
            do {
                try await body()
                isFailing = false
            } catch {
                // Once an outage, not once a look.
                if !isFailing, !Task.isCancelled {
                    logger.warning("the log's background work waits for Postgres", metadata: ["error": "\(error)"])
                }
                isFailing = true
            }
            // A cancelled sleep only means that the work is over.
            try? await Task.sleep(for: interval)
        }
    }
}
