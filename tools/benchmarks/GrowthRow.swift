internal import EventStore
internal import Foundation
internal import Postgres

/// A5: what an append costs when the log is long.
struct GrowthRow: Sendable {
    let system: System
    let append: AppendRows
    let runs: Int
    /// How many events the partitions hold that are compared, the smallest first.
    let sizes: [Int]
    /// Of one measurement: few enough that the smallest log stays small.
    let commands: Int

    private static let firstPartition = 4
    /// More than a partition of ten million events and the write-ahead log take.
    private static let bytesPerEvent = 3000

    func measure(into report: inout Report) async throws {
        try checkSpace()
        // One small log for each run, since measuring makes it grow.
        let places = Array(repeating: sizes[0], count: runs) + sizes.dropFirst()
        try makePartitions(Self.firstPartition + places.count)
        let log = system.log()
        var logs: [FilledLog] = []
        let elapsed = try await ContinuousClock().measure {
            for (index, size) in places.enumerated() {
                let partition = Partition(Int32(Self.firstPartition + index))
                logs.append(try await FilledLog(size, in: partition, of: log, system))
            }
        }
        FileHandle.standardError.write(Data("A5: filled in \(figure(elapsed.seconds)) s\n".utf8))
        try verify(logs[0])
        for filled in logs { _ = try await cost(of: commands / 10, on: filled, log) }
        try system.psql("CHECKPOINT")
        var costs = [[Double]](repeating: [], count: sizes.count)
        for run in 0..<runs {
            for (index, filled) in ([logs[run]] + logs.dropFirst(runs)).enumerated() {
                costs[index].append(try await cost(of: commands, on: filled, log))
            }
        }
        await log.close()
        let ratios = costs.map { Sample(zip($0, costs[0]).map { $0 / $1 }).median }
        report.add(
            Row(
                id: "A5",
                work:
                    "cost per append with \(sizes.map { figure(Double($0)) }.joined(separator: " / ")) events in the partition, "
                    + "64 in flight: µs",
                ours: costs.map { spread(Sample($0)) }.joined(separator: " / "),
                baseline: "the shortest",
                ratio: ratios.dropFirst().map(figure).joined(separator: " / ") + " ×",
                target: "≤ 1.3 ×",
                met: ratios.allSatisfy { $0 <= 1.3 }
            )
        )
    }

    /// What was made up is what would have been appended, as far as hashes and counts can tell.
    private func verify(_ filled: FilledLog) throws {
        var verifier = LogVerifier(on: try PostgresConnection(system.configuration("daybook_projector")))
        let report = try verifier.verify(filled.tenant.partition)
        guard report.events == sizes[0], report.faults.isEmpty else {
            throw Tool.Failed(description: "the log that was filled has faults: \(report.faults.prefix(3))")
        }
    }

    private func checkSpace() throws {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: system.settings.folder)
        let free = (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        let needed = sizes.reduce(0, +) * Self.bytesPerEvent
        guard free >= needed else {
            throw Tool.Failed(description: "\(needed >> 30) GiB of disk are needed, and \(free >> 30) are free")
        }
    }

    /// As an operator adds partitions.
    private func makePartitions(_ count: Int) throws {
        let environment = system.environment.merging(["DAYBOOK_PARTITIONS": "\(count)"]) { $1 }
        try Tool.run(system.settings.binary, ["migrate"], environment: environment)
    }

    /// Microseconds per command, 64 in flight; each makes a stream and guards one of those that are there, old or new.
    private func cost(of commands: Int, on filled: FilledLog, _ log: EventLog) async throws -> Double {
        let elapsed = try await ContinuousClock().measure {
            _ = try await concurrently(64, width: 64) { caller in
                for number in 0..<commands / 64 {
                    let stream = filled.streams[(caller + number * 64) % filled.streams.count]
                    try await append.appendOne(guarding: stream, of: filled.tenant, to: log)
                }
            }
        }
        return elapsed.seconds * 1e6 / Double(commands / 64 * 64)
    }
}

/// A partition with as many events as if they had been appended: the same rows in every table of the log, the same indexes, leaves,
/// chain and statistics, made by statements over sets. `daybook audit verify` finds it whole.
private struct FilledLog {
    let tenant: Tenant
    /// Some of its streams, from all of its length, in no order.
    let streams: [UUID]

    init(_ count: Int, in partition: Partition, of log: EventLog, _ system: System) async throws {
        tenant = try await log.place(.v7(), in: partition)
        try Self.fill(count, tenant, system)
        let percent = min(100, 20_000 * 100 / Double(count))
        let sample = try system.psql(
            "SELECT stream FROM es.streams_p\(partition.number) TABLESAMPLE BERNOULLI (\(percent)) ORDER BY md5(stream::text)"
        )
        streams = sample.split(separator: "\n").compactMap { UUID(uuidString: String($0)) }
        guard !streams.isEmpty else { throw Tool.Failed(description: "partition \(partition) has no streams") }
    }

    private static func fill(_ count: Int, _ tenant: Tenant, _ system: System) throws {
        try system.psql(functions)
        let partition = tenant.partition.number
        let begin = Int((Date.now.timeIntervalSince1970 - 60) * 1000) - count
        func script(_ function: String) throws -> String {
            let calls = stride(from: 1, through: count, by: 250_000).map { first in
                "SELECT bench.\(function)(\(partition), '\(tenant.id)', \(begin), \(first), \(min(count, first + 249_999)));"
            }
            let path = "\(system.settings.folder)/\(function).sql"
            try (["\\o /dev/null"] + calls).joined(separator: "\n").write(
                toFile: path,
                atomically: true,
                encoding: .utf8
            )
            return path
        }
        // Two sessions, for two cores: both make up the same keys and identifiers.
        let beside = try system.startPsql(file: try script("fill_others"))
        defer { Tool.stop(beside) }
        try system.psql(file: try script("fill_events"))
        beside.waitUntilExit()
        guard beside.terminationStatus == 0 else {
            throw Tool.Failed(description: "filling failed: see fill_others.sql.log in \(system.settings.folder)")
        }
        let tables = ["events", "streams", "outcomes", "commits"].map { "es.\($0)_p\(partition)" }
        try system.psql("VACUUM (ANALYZE) \(tables.joined(separator: ", "))")
    }

    /// One event each millisecond, in a stream and by a command of its own, 500 in a commit; as AppendRows appends them.
    private static let functions = """
        CREATE SCHEMA IF NOT EXISTS bench;
        CREATE OR REPLACE FUNCTION bench.id(millisecond bigint, seed text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
          SELECT overlay(overlay(overlay(md5(seed) PLACING lpad(to_hex(millisecond), 12, '0') FROM 1) PLACING '7' FROM 13)
                         PLACING 'a' FROM 17)::uuid $$;
        CREATE OR REPLACE FUNCTION bench.fill_events(p int, tenant uuid, begin bigint, first bigint, last bigint)
        RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
          type_name text := '\(AppendRows.type.name)'; type int := es.type_id(type_name, 1);
          metadata bytea := '\(String(decoding: AppendRows.metadata, as: UTF8.self))';
          payload bytea := repeat('x', \(AppendRows.payload.count));
          before bytea := int4send(16) || uuid_send(tenant) || int4send(16);
          named bytea := int4send(length(type_name)) || type_name::bytea || int4send(4) || int4send(1) || int4send(32);
          said bytea := int4send(length(metadata)) || metadata || int4send(length(payload)) || payload;
          prev bytea; root bytea; at timestamptz;
        BEGIN
          EXECUTE format($sql$
            INSERT INTO es.events_p%s
                   (partition, position, tenant, stream, version, event, type, leaf, command, metadata, payload)
            SELECT $1, x.n, $2, x.stream, 1, x.event, $3,
                   sha256($4 || uuid_send(x.stream) || int4send(16) || uuid_send(x.event) || $5 || x.command || $6),
                   x.command, $7, $8
              FROM (SELECT n, bench.id($9 + n, 's' || n) AS stream, bench.id($9 + n, 'e' || n) AS event,
                           sha256($2::text::bytea || int8send(n)) AS command
                      FROM generate_series($10, $11) n OFFSET 0) x $sql$, p)
          USING p, tenant, type, before, named, said, metadata, payload, begin, first, last;
          SELECT c.hash INTO prev FROM es.commits c WHERE c.partition = p ORDER BY c.last_position DESC LIMIT 1;
          prev := coalesce(prev, sha256('daybook log'::bytea || int4send(p)));
          FOR a IN first .. last BY 500 LOOP
            SELECT sha256(string_agg(e.leaf || sha256(uuid_send(e.event) || int8send(e.version)), ''::bytea ORDER BY e.position))
              INTO root FROM es.events e
             WHERE e.partition = p AND e.position BETWEEN a AND least(a + 499, last);
            at := to_timestamp((begin + a + 499) / 1000.0);
            prev := sha256(prev || int8send(a) || int8send(least(a + 499, last)) || timestamptz_send(at) || root);
            INSERT INTO es.commits (partition, first_position, last_position, committed_at, root, hash)
            VALUES (p, a, least(a + 499, last), at, root, prev);
          END LOOP;
        END $$;
        CREATE OR REPLACE FUNCTION bench.fill_others(p int, tenant uuid, begin bigint, first bigint, last bigint)
        RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          EXECUTE format($sql$
            INSERT INTO es.streams_p%s (partition, tenant, stream, version)
            SELECT $1, $2, bench.id($3 + n, 's' || n), 1 FROM generate_series($4, $5) n $sql$, p)
          USING p, tenant, begin, first, last;
          EXECUTE format($sql$
            INSERT INTO es.outcomes_p%s (partition, key, request, tenant, first_position, last_position, created_at)
            SELECT $1, x.key, x.key, $2, x.n, x.n, to_timestamp(($3 + x.n) / 1000.0)
              FROM (SELECT n, sha256($2::text::bytea || int8send(n)) AS key FROM generate_series($4, $5) n OFFSET 0) x $sql$, p)
          USING p, tenant, begin, first, last;
        END $$;
        """
}
