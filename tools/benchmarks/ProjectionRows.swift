internal import EventStore
internal import Foundation

/// P2 and P3: the read models made from the log.
struct ProjectionRows: Sendable {
    let corpus: Corpus
    let runs: Int

    private var system: System { corpus.system }

    /// P2: a projector that has everything still before it.
    func catchingUp(into report: inout Report) async throws {
        let copy = try RowsCopy(of: corpus)
        var (ours, copies, ratios) = ([Double](), [Double](), [Double]())
        var split = ProcessorSplit(of: system)
        for _ in 0..<runs {
            copies.append(Double(corpus.head) / (try copy.insert()).seconds)
            ours.append(Double(corpus.head) / (try await split.measure { try await corpus.project() }).seconds)
            ratios.append(ours.last! / copies.last!)
        }
        try system.psql("VACUUM ANALYZE")
        let rate = Sample(ours).median
        report.add(
            Row(
                id: "P2",
                work: "projector, timelines of rooms: events/s",
                ours: spread(Sample(ours)),
                baseline: "COPY of the resulting rows, same indexes: \(spread(Sample(copies)))",
                ratio: figure(Sample(ratios).median) + " ×",
                target: "≥ 25,000/s",
                met: rate >= 25_000,
                split: split
            )
        )
    }

    /// P3: `daybook rebuild`, which projects, compares, and switches.
    func rebuild(into report: inout Report) async throws {
        let reader = LogRows(corpus: corpus, runs: runs)
        var (ours, decoded) = ([Double](), [Double]())
        var split = ProcessorSplit(of: system, children: "daybook")
        for _ in 0..<runs {
            decoded.append(try reader.decode())
            let elapsed = try await split.measure {
                try ContinuousClock().measure {
                    _ = try Tool.run(system.settings.binary, ["rebuild"], environment: system.environment)
                }
            }
            ours.append(Double(corpus.head) / elapsed.seconds)
        }
        try Tool.run(system.settings.binary, ["rebuild", "--forget"], environment: system.environment)
        let rate = Sample(ours).median
        report.add(
            Row(
                id: "P3",
                work: "`daybook rebuild` of every read model: events/s",
                ours: spread(Sample(ours)),
                baseline: "P1 decoded: \(spread(Sample(decoded)))",
                ratio: figure(rate / Sample(decoded).median) + " ×",
                target: "≥ 30,000/s",
                met: rate >= 30_000,
                split: split
            )
        )
    }
}

/// The read models' rows in files, to be put into tables with the same indexes.
private struct RowsCopy {
    private let system: System
    private let tables: [String]

    init(of corpus: Corpus) throws {
        system = corpus.system
        tables = try corpus.tables()
        try system.psql("DROP SCHEMA IF EXISTS bench_rm CASCADE; CREATE SCHEMA bench_rm")
        for table in tables {
            try system.copy("SELECT * FROM rm.\(table)", to: file(of: table))
            try system.psql("CREATE TABLE bench_rm.\(table) (LIKE rm.\(table) INCLUDING ALL)")
        }
    }

    private func file(of table: String) -> String { "\(system.settings.folder)/\(table).copy" }

    /// How long one transaction with all of them takes, into empty tables.
    func insert() throws -> Duration {
        try system.psql("TRUNCATE " + tables.map { "bench_rm.\($0)" }.joined(separator: ", "))
        let copies = tables.map { "\\copy bench_rm.\($0) FROM '\(file(of: $0))' BINARY" }
        let path = system.settings.folder + "/rows.sql"
        try (["BEGIN;"] + copies + ["COMMIT;"]).joined(separator: "\n").write(
            toFile: path,
            atomically: true,
            encoding: .utf8
        )
        return try ContinuousClock().measure { try system.psql(file: path) }
    }
}
