internal import ArgumentParser
internal import Foundation

/// `daybook status`
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows how an installation is, by what its stores hold.",
        discussion: """
            For each partition: the log's head, how far the projector and the fan-out are, who owns it for them, how many streams are \
            parked, and up to where the queues in Redis are complete. No process of Daybook is asked, so it works while none runs.
            """
    )

    @Flag(help: "One JSON object, with --watch one a line.")
    var json = false

    @Flag(help: "Shows it again every second, until it is interrupted.")
    var watch = false

    @OptionGroup var installation: InstallationOptions

    func run() async throws {
        guard watch else { return try show(try await report()) }
        while true {
            let text: String
            do { text = try await report() } catch { text = "\(error)\n" }
            // Home, the text, and nothing below it.
            let isScreen = !json && isatty(STDOUT_FILENO) == 1
            try show(isScreen ? "\u{1B}[H\u{1B}[2J" + text : text)
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func show(_ text: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    private func report() async throws -> String {
        let report = try await StatusReport(Installation(installation))
        return json ? try report.json + "\n" : report.text
    }
}
