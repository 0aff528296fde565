internal import ArgumentParser
internal import Foundation
internal import NIOCore
internal import NIOPosix

/// Measures the rows of the table in docs/performance.md, each beside its baseline in the same run.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daybook-bench",
        abstract: "Measures Daybook from outside, beside what the same machine does without it.",
        discussion: "`tools/bench` starts the stores that it needs and calls it."
    )

    @Option(help: "A superuser's conninfo for the private Postgres.")
    var postgres: String

    @Option(help: "The private Redis: redis://… or unix://…")
    var redis: String

    @Option(help: "The `daybook` binary that is measured.")
    var binary: String

    @Option(help: "A folder for keys, logs and scripts.")
    var folder: String

    @Flag(help: "Short runs, for a smoke test: the figures say little.")
    var quick = false

    @Option(
        help: "Only these rows, such as A1,R5 (A1…A4 are measured together; so are R2 and R3, and R1, R4 and R5)."
    )
    var rows: String = "A1,A2,A3,A4,H2,R1,R2,R3,R4,R5"

    func run() async throws {
        let system = try System(System.Settings(postgres: postgres, redis: redis, binary: binary, folder: folder))
        let wanted = Set(rows.split(separator: ",").map(String.init))
        var report = Report()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var realtime = RealtimeRows(
            system: system,
            seconds: quick ? 2 : 5,
            runs: quick ? 2 : 5,
            parked: quick ? 1000 : 10_000,
            group: group
        )
        realtime.wanted = wanted
        try await realtime.measure(into: &report)
        try await group.shutdownGracefully()
        // Last: what it appends is no event that a projector knows.
        if !wanted.isDisjoint(with: ["A1", "A2", "A3", "A4"]) {
            let rows = AppendRows(system: system, seconds: quick ? 1 : 4, runs: quick ? 2 : 5)
            try await rows.measure(into: &report)
        }
        print(report.markdown)
    }
}
