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
        discussion: """
            `tools/bench` starts the stores that it needs and calls it. A row that cannot run says why, and the others go on; it \
            then ends with a failure.
            """
    )

    private static let known = [
        "P1", "P2", "P3", "V1", "H1", "H2", "R1", "R2", "R3", "R4", "R5", "R6", "M1", "A1", "A2", "A3", "A4", "A5",
    ]

    @Option(help: "A superuser's conninfo for the private Postgres.")
    var postgres: String

    @Option(help: "The private Redis, unix://…")
    var redis: String

    @Option(help: "The `daybook` binary that is measured.")
    var binary: String

    @Option(help: "A folder for keys, logs and scripts.")
    var folder: String

    @Flag(help: "Short runs, for a smoke test: the figures say little.")
    var quick = false

    @Option(help: "Only these rows, such as A1,R5. (A1…A4 are measured together; so are R1, R4 and R5.)")
    var rows: String?

    @Option(help: "A Slack export to be imported for M1, in place of one that is made up.")
    var export: String?

    @Option(help: "How many events the longest log of A5 holds; ten million need 31 GiB of free disk.")
    var longest = 4_000_000

    private var wanted: Set<String> {
        if let rows { return Set(rows.split(separator: ",").map(String.init)) }
        return Set(Self.known)
    }

    func validate() throws {
        let unknown = wanted.subtracting(Self.known).sorted()
        guard longest > 1_000_000 else { throw ValidationError("the longest log holds more than a million events") }
        guard unknown.isEmpty else {
            throw ValidationError(
                "there is no row \(unknown.joined(separator: ", ")); there are \(Self.known.joined(separator: ", "))"
            )
        }
    }

    func run() async throws {
        let system = try System(System.Settings(postgres: postgres, redis: redis, binary: binary, folder: folder))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var report = Report()
        await reading(system, group, into: &report)
        await realtime(system, group, into: &report)
        await appending(system, into: &report)
        try await group.shutdownGracefully()
        print(report.markdown)
        if !report.isComplete { throw ExitCode.failure }
    }

    private var runs: Int { quick ? 2 : 5 }
    private var seconds: Double { quick ? 2 : 5 }

    /// Those of these rows that are wanted.
    private func add(_ ids: [String], to report: inout Report, by measure: (inout Report) async throws -> Void) async {
        let ids = ids.filter(wanted.contains)
        if !ids.isEmpty { await report.add(ids, by: measure) }
    }

    /// First: their log holds nothing but what they read.
    private func reading(_ system: System, _ group: any EventLoopGroup, into report: inout Report) async {
        await add(["P1", "V1", "P2", "P3", "H1"], to: &report) { report in
            let corpus = try await Corpus.make(quick ? 5_000 : 60_000, in: system)
            let log = LogRows(corpus: corpus, runs: runs)
            let projection = ProjectionRows(corpus: corpus, runs: runs)
            let timeline = TimelineRow(corpus: corpus, seconds: seconds, runs: runs, group: group)
            await add(["P1"], to: &report) { try await log.tail(into: &$0) }
            await add(["V1"], to: &report) { try await log.verify(into: &$0) }
            await add(["P2"], to: &report) { try await projection.catchingUp(into: &$0) }
            await add(["P3"], to: &report) { try await projection.rebuild(into: &$0) }
            await add(["H1"], to: &report) { try await timeline.measure(into: &$0) }
            await corpus.close()
        }
    }

    private func realtime(_ system: System, _ group: any EventLoopGroup, into report: inout Report) async {
        var realtime = RealtimeRows(
            system: system,
            seconds: seconds,
            runs: runs,
            parked: quick ? 1000 : 10_000,
            group: group
        )
        realtime.wanted = wanted
        let rows = realtime
        await add(["H2", "R2", "R3"], to: &report) { try await rows.conversation(into: &$0) }
        await add(["R1", "R4", "R5"], to: &report) { try await rows.crowd(into: &$0) }
        let register = RegisterRow(
            system: system,
            registrations: quick ? 50 : 200,
            crowd: quick ? 200 : 1000,
            runs: runs,
            group: group
        )
        await add(["R6"], to: &report) { try await register.measure(into: &$0) }
    }

    /// Last: what they append is no event that a projector knows.
    private func appending(_ system: System, into report: inout Report) async {
        let append = AppendRows(system: system, seconds: quick ? 1 : 4, runs: runs)
        let importing = ImportRow(
            system: system,
            append: append,
            runs: runs,
            export: export,
            messages: quick ? 3_000 : 30_000
        )
        await add(["M1"], to: &report) { try await importing.measure(into: &$0) }
        await add(["A1", "A2", "A3", "A4"], to: &report) { try await append.measure(into: &$0) }
        // Filling millions of events takes minutes.
        let growth = GrowthRow(
            system: system,
            append: append,
            runs: runs,
            sizes: quick ? [1_000, 2_000, 10_000] : [10_000, 1_000_000, longest],
            commands: quick ? 1_000 : 10_000
        )
        await add(["A5"], to: &report) { try await growth.measure(into: &$0) }
    }
}
