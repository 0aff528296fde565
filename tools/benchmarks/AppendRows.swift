internal import Crypto
internal import EventStore
internal import Foundation
internal import Synchronization

/// A1 to A4: what one durable command costs, with verdict, guard, outcome and chain, by the EventStore's own API.
struct AppendRows: Sendable {
    let system: System
    let seconds: Double
    let runs: Int

    static let type = EventType("bench.event_happened")
    static let payload = [UInt8](repeating: UInt8(ascii: "x"), count: 300)
    static let metadata = Array(#"{"actor":{"system":{}}}"#.utf8)

    func measure(into report: inout Report) async throws {
        let log = system.log()
        let tenants = try await tenants(of: log)
        let inserts = try plainInserts()

        var (split, wideSplit) = (ProcessorSplit(of: system), ProcessorSplit(of: system))
        var (ours, plain, ratios) = ([Double](), [Double](), [Double]())
        for _ in 0..<runs {
            plain.append(try inserts.run(clients: 64, seconds: seconds).perSecond)
            ours.append(try await split.measure { try await closedLoop(log, tenants, inFlight: 64).perSecond })
            ratios.append(ours.last! / plain.last!)
        }
        report.add(
            Row(
                id: "A1",
                work: "durable commands/s, 64 in flight over 2 partitions",
                ours: spread(Sample(ours)),
                baseline: "pgbench plain INSERT, 64 clients: \(spread(Sample(plain)))",
                ratio: figure(Sample(ratios).median) + " ×",
                target: "≥ 1.5 ×",
                met: Sample(ratios).median >= 1.5,
                split: split
            )
        )

        var (wide, copies, shares) = ([Double](), [Double](), [Double]())
        for _ in 0..<runs {
            wide.append(
                try await wideSplit.measure { try await closedLoop(log, tenants, inFlight: 1000).perSecond }
            )
            copies.append(try copyRows())
            shares.append(wide.last! / copies.last!)
        }
        report.add(
            Row(
                id: "A2",
                work: "the same, 1,000 in flight",
                ours: spread(Sample(wide)),
                baseline: "COPY of the same rows, same indexes: \(spread(Sample(copies)))",
                ratio: figure(Sample(shares).median) + " ×",
                target: "≥ 0.25 ×",
                met: Sample(shares).median >= 0.25,
                split: wideSplit
            )
        )

        var (alone, single, tails) = ([Double](), [Double](), [Double]())
        for _ in 0..<runs {
            let latency = try await closedLoop(log, [tenants[0]], inFlight: 1).latencies
            alone.append(latency.median)
            tails.append(latency.percentile(0.99))
            single.append(try inserts.run(clients: 1, seconds: seconds).latencies.median)
        }
        let ratio = Sample(alone).median / Sample(single).median
        report.add(
            Row(
                id: "A3",
                work: "one command in flight: p50 (p99) ms",
                ours: "\(spread(Sample(alone))) (\(figure(Sample(tails).median)))",
                baseline: "pgbench, 1 client, p50: \(spread(Sample(single)))",
                ratio: figure(ratio) + " ×",
                target: "p50 ≤ 2.5 ×",
                met: ratio <= 2.5
            )
        )

        var hostile: [Double] = []
        for _ in 0..<runs { hostile.append(try await halfHostile(log, tenants)) }
        let share = Sample(hostile).median / Sample(ours).median
        report.add(
            Row(
                id: "A4",
                work: "accepted neighbours/s, 1,000 in flight, half of all hostile",
                ours: spread(Sample(hostile)),
                baseline: "A1: \(figure(Sample(ours).median))",
                ratio: figure(share) + " × A1",
                target: "≥ 0.6 × A1",
                met: share >= 0.6
            )
        )
        await log.close()
    }

    /// A2 alone, once: what rows with other work are held against.
    func wide() async throws -> Double {
        let log = system.log()
        let rate = try await closedLoop(log, try await tenants(of: log), inFlight: 1000).perSecond
        await log.close()
        return rate
    }

    /// One command: makes a stream and guards another.
    func appendOne(guarding stream: UUID, of tenant: Tenant, to log: EventLog) async throws {
        let verdict = try await log.append(command(tenant, guarding: stream), to: tenant.partition)
        guard case .accepted = verdict else { throw Tool.Failed(description: "unexpected verdict \(verdict)") }
    }

    /// In empty partitions: the rows before have written to the first two.
    private func tenants(of log: EventLog) async throws -> [Tenant] {
        [try await log.place(.v7(), in: Partition(2)), try await log.place(.v7(), in: Partition(3))]
    }

    private func command(
        _ tenant: Tenant,
        guarding stream: UUID,
        expected: StreamTouch.Expected = .any
    ) -> AppendCommand {
        let id = UUID.v7()
        let key = Array(SHA256.hash(data: id.bytes))
        return AppendCommand(
            tenant: tenant.id,
            key: key,
            request: key,
            streams: [StreamTouch(id, .noStream), StreamTouch(stream, expected)],
            events: [NewEvent(stream: id, type: Self.type, payload: Self.payload, metadata: Self.metadata)]
        )
    }

    /// Each of `inFlight` callers awaits one durable commit after the other.
    private func closedLoop(
        _ log: EventLog,
        _ tenants: [Tenant],
        inFlight: Int
    ) async throws -> (perSecond: Double, latencies: Sample) {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        let start = clock.now
        let guarded = (0..<50).map { _ in UUID.v7() }
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for caller in 0..<inFlight {
                let tenant = tenants[caller % tenants.count]
                group.addTask {
                    var mine: [Double] = []
                    while clock.now < end {
                        let began = clock.now
                        try await appendOne(guarding: guarded[caller % guarded.count], of: tenant, to: log)
                        mine.append((clock.now - began).milliseconds)
                    }
                    return mine
                }
            }
            return try await group.reduce(into: [Double]()) { $0 += $1 }
        }
        return (Double(latencies.count) / (clock.now - start).seconds, Sample(latencies))
    }

    /// Half of the callers send conflicts, repeats and refusals in turn; counts what the other half gets through.
    private func halfHostile(_ log: EventLog, _ tenants: [Tenant]) async throws -> Double {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        let start = clock.now
        let guarded = UUID.v7()
        let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<1000 {
                let tenant = tenants[caller % tenants.count]
                let hostile = caller / 2 % 2 == 1
                group.addTask {
                    var (count, turn) = (0, caller)
                    let answered = command(tenant, guarding: guarded)
                    if hostile { _ = try await log.append(answered, to: tenant.partition) }
                    while clock.now < end {
                        turn += 1
                        var asked = command(tenant, guarding: guarded)
                        if hostile {
                            switch turn % 3 {
                            case 0: asked = command(tenant, guarding: guarded, expected: .exactly(7))
                            case 1: asked = answered
                            default: asked.counters = [CounterMove(guarded, .add(1, max: 0))]
                            }
                        }
                        if case .accepted = try await log.append(asked, to: tenant.partition), !hostile { count += 1 }
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(accepted) / (clock.now - start).seconds
    }

    private func plainInserts() throws -> Pgbench {
        try system.psql(
            """
            CREATE SCHEMA IF NOT EXISTS bench;
            DROP TABLE IF EXISTS bench.plain;
            CREATE TABLE bench.plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream uuid, kind int, body text, at timestamptz DEFAULT now())
            """
        )
        return try Pgbench(
            "plain",
            """
            INSERT INTO bench.plain (stream, kind, body) VALUES ('0192d3a0-0000-7000-8000-000000000000', 7, '\(String(repeating: "x", count: 300))');
            """,
            in: system
        )
    }

    /// Rows per second of one COPY of the log's newest rows into an empty table with the log's indexes.
    private func copyRows() throws -> Double {
        let file = system.settings.folder + "/rows.copy"
        try system.psql(
            """
            DROP TABLE IF EXISTS bench.copied;
            CREATE TABLE bench.copied (LIKE es.events_p2 INCLUDING ALL)
            """
        )
        try Tool.run(
            "/bin/sh",
            [
                "-c",
                "\(system.postgresProgram("psql")) -X -q -d \"$0\" -c '\\copy (SELECT * FROM es.events_p2 ORDER BY position LIMIT 60000) TO \(file) BINARY'",
                system.settings.postgres + " dbname=daybook_product",
            ]
        )
        let rows =
            Double(
                try system.psql("SELECT least(60000, count(*)) FROM es.events_p2").trimmingCharacters(
                    in: .whitespacesAndNewlines
                )
            ) ?? .nan
        let clock = ContinuousClock()
        let elapsed = try clock.measure {
            try Tool.run(
                "/bin/sh",
                [
                    "-c",
                    "\(system.postgresProgram("psql")) -X -q -d \"$0\" -c '\\copy bench.copied FROM \(file) BINARY'",
                    system.settings.postgres + " dbname=daybook_product",
                ]
            )
        }
        try FileManager.default.removeItem(atPath: file)
        return rows / elapsed.seconds
    }
}
