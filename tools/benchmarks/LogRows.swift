internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// P1 and V1: the log read as projectors and auditors read it, from the first event to the last.
struct LogRows: Sendable {
    let corpus: Corpus
    let runs: Int

    private var system: System { corpus.system }
    private var events: Double { Double(corpus.head) }

    /// P1: pages of 1,000 on one connection.
    func tail(into report: inout Report) async throws {
        var (rows, raw, decoded) = ([Double](), [Double](), [Double]())
        var (rawSplit, decodedSplit) = (ProcessorSplit(of: system), ProcessorSplit(of: system))
        let pages = try pages()
        for _ in 0..<runs {
            rows.append(try keysetPages(pages))
            raw.append(try await rawSplit.measure { try read() })
            decoded.append(try await decodedSplit.measure { try decode() })
        }
        for (work, ours, target, split) in [("raw", raw, 0.5, rawSplit), ("decoded", decoded, 0.25, decodedSplit)] {
            let ratio = Sample(zip(ours, rows).map { $0 / $1 }).median
            report.add(
                Row(
                    id: "P1",
                    work: "tail read of one partition, \(work): events/s",
                    ours: spread(Sample(ours)),
                    baseline: "psql, keyset pages of 1,000: \(spread(Sample(rows)))",
                    ratio: figure(ratio) + " ×",
                    target: "≥ \(target) ×",
                    met: ratio >= target,
                    split: split
                )
            )
        }
    }

    /// Events per second, raw.
    private func read() throws -> Double { try perSecond { _, _ in } }

    /// Events per second, decoded, by a codec that has no keys at first.
    func decode() throws -> Double {
        let codec = EventCodec(
            keyring: Keyring(
                masterKey: system.masterKey,
                pool: PostgresPool(system.configuration("daybook_appender"), size: 1, queueLimit: 1)
            )
        )
        return try perSecond { events, connection in
            for event in events {
                _ = try codec.decode(event) { try codec.keyring.load($0, on: connection) }
            }
        }
    }

    private func perSecond(_ handle: ([RecordedEvent], PostgresConnection) throws -> Void) throws -> Double {
        let connection = try PostgresConnection(system.configuration("daybook_projector"))
        let queries = EventQueries()
        let elapsed = try ContinuousClock().measure {
            var position: Position = 0
            while position < corpus.head {
                let page = try queries.read(Corpus.partition, after: position, limit: 1000, on: connection)
                guard let last = page.last else { throw Tool.Failed(description: "the log ends at \(position)") }
                position = last.position
                try handle(page, connection)
            }
        }
        return events / elapsed.seconds
    }

    /// The same pages as statements of psql. Positions have no gaps, so each page's key is known.
    private func pages() throws -> String {
        let path = system.settings.folder + "/pages.sql"
        let columns = "partition, position, tenant, stream, version, event, type, command, metadata, payload"
        let statements = stride(from: 0, to: corpus.head, by: 1000).map { key in
            """
            SELECT \(columns) FROM es.events
             WHERE partition = \(Corpus.partition.number) AND position > \(key) ORDER BY position LIMIT 1000;
            """
        }
        let script = ["\\o /dev/null"] + Array(repeating: statements, count: rounds).flatMap(\.self)
        try script.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func keysetPages(_ path: String) throws -> Double {
        let conninfo = system.settings.postgres + " dbname=daybook_product user=daybook_projector"
        let elapsed = try ContinuousClock().measure {
            _ = try Tool.run(
                system.postgresProgram("psql"),
                ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", path]
            )
        }
        return events * Double(rounds) / elapsed.seconds
    }

    /// So many times over that what psql takes to start does not count.
    private var rounds: Int { max(1, 200_000 / Int(corpus.head)) }

    /// V1: `daybook audit verify`, the whole log.
    func verify(into report: inout Report) async throws {
        let bytes = try self.bytes()
        var (ours, hashes) = ([Double](), [Double]())
        var split = ProcessorSplit(of: system, children: "daybook")
        for _ in 0..<runs {
            hashes.append(try openssl(bytes))
            ours.append(try await split.measure { try audit() })
        }
        let ratio = Sample(ours).median / Sample(hashes).median
        report.add(
            Row(
                id: "V1",
                work: "`daybook audit verify`: events/s",
                ours: spread(Sample(ours)),
                baseline: "openssl dgst -sha256 of the same bytes: \(spread(Sample(hashes)))",
                ratio: figure(ratio) + " ×",
                target: "≥ 100,000/s",
                met: Sample(ours).median >= 100_000,
                split: split
            )
        )
    }

    private func audit() throws -> Double {
        var text = ""
        let elapsed = try ContinuousClock().measure {
            text = try Tool.run(system.settings.binary, ["audit", "verify"], environment: system.environment)
        }
        // partition 1: 60123 events in 241 commits, head …
        let counts = text.split(separator: "\n").filter { $0.hasPrefix("partition ") }
            .compactMap { $0.split(separator: " ").dropFirst(2).first.flatMap { Double($0) } }
        guard counts.reduce(0, +) >= events else { throw Tool.Failed(description: "audit verify said: \(text)") }
        return counts.reduce(0, +) / elapsed.seconds
    }

    /// A file of what the leaves cover.
    private func bytes() throws -> String {
        let path = system.settings.folder + "/leaves.bin"
        try system.copy(
            """
            SELECT tenant, stream, event, type, command, metadata, payload FROM es.events
             WHERE partition = \(Corpus.partition.number) ORDER BY position
            """,
            to: path
        )
        return path
    }

    private func openssl(_ path: String) throws -> Double {
        // Several times, so that what it takes to start does not count.
        let files = Array(repeating: path, count: 5)
        let elapsed = try ContinuousClock().measure {
            _ = try Tool.run("/usr/bin/openssl", ["dgst", "-sha256"] + files)
        }
        return events * Double(files.count) / elapsed.seconds
    }
}
