internal import EventStore
internal import Foundation
internal import Migrations
internal import Postgres
internal import Projections
internal import Redis

/// How an installation is at one moment, by what its stores hold.
struct StatusReport: Encodable {
    struct Schema: Encodable {
        let name: String
        let applied: Int
        let latest: String?
        let pending: [String]
    }

    struct Progress: Encodable {
        let role: String
        let position: Int64
        let lagEvents: Int64
        let lagSeconds: Double
        let owner: String?
        let epoch: Int64
        let leaseSeconds: Double?
    }

    struct Queues: Encodable {
        let registered: Int
        /// Nil while Redis is away or has lost the queues.
        let storeEpoch: String?
        let watermark: Int64?
    }

    struct PartitionState: Encodable {
        let partition: Int32
        let epoch: Int64
        let head: Int64
        let parkedStreams: Int
        let roles: [Progress]
        let queues: Queues
    }

    let version = Daybook.version
    let schemas: [Schema]
    let tenants: Int
    /// Why Redis could not be asked; nil if it was.
    let redisFault: String?
    /// How far the read models of the control log are; nil before anybody has projected them.
    let registry: Progress?
    let partitions: [PartitionState]

    init(_ installation: Installation) async throws {
        let (control, product) = (
            installation.configuration(.control, as: .gateway), installation.configuration(.product, as: .projector)
        )
        schemas = try Installation.Database.allCases.map { database in
            let folders = try installation.schemaFolders(of: database)
            let state = try Migrator(
                schema: folders,
                configuration: installation.configuration(database, as: .projector)
            ).state()
            return Schema(
                name: database.rawValue,
                applied: state.applied.count,
                latest: state.applied.last,
                pending: state.pending
            )
        }
        registry = try PartitionStatus.all(
            on: PostgresConnection(installation.configuration(.control, as: .projector))
        ).first?.progress.first.map(Progress.init)
        tenants = try PostgresConnection(control).execute("SELECT count(*) FROM rm.tenants").decode(Int.self)[0]
        let connection = try PostgresConnection(product)
        let registered = try connection.execute(
            "SELECT partition, count(*) FROM rt.queues WHERE deleted_at IS NULL GROUP BY partition"
        ).decode((Int32, Int).self)
        let stored = try PartitionStatus.all(on: connection)

        let redis = RedisClient(try installation.redisConfiguration())
        let found: [PartitionStatus]
        do {
            found = try await stored.asking(redis)
            redisFault = nil
        } catch {
            found = stored
            redisFault = "\(error)"
        }
        await redis.close()
        partitions = found.map { status in
            PartitionState(status, registered: registered.first { $0.0 == status.partition.number }?.1 ?? 0)
        }
    }

    /// One line.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

extension StatusReport.Progress {
    fileprivate init(_ progress: PartitionStatus.Progress) {
        role = progress.role
        position = progress.position
        lagEvents = progress.lagEvents
        lagSeconds = progress.lagSeconds
        owner = progress.owner?.text
        epoch = progress.epoch
        leaseSeconds = progress.leaseSeconds
    }
}

extension StatusReport.PartitionState {
    fileprivate init(_ status: PartitionStatus, registered: Int) {
        partition = status.partition.number
        epoch = status.epoch
        head = status.head
        parkedStreams = status.parkedStreams
        roles = status.progress.map(StatusReport.Progress.init)
        queues = StatusReport.Queues(
            registered: registered,
            storeEpoch: status.queues?.storeEpoch,
            watermark: status.queues?.storeEpoch == nil ? nil : status.queues?.watermark
        )
    }
}

extension StatusReport {
    /// For people:
    ///
    ///     daybook    0.1.0, 2 tenants
    ///     schema     control: 6 files, current; product: 38 files, current
    ///     registry   position 31, 0 behind, owner 77fe01b2
    ///     redis      answers
    ///
    ///     partition  head  role       position  behind  age    owner     epoch  lease  parked  queues
    ///     0          1204  projector  1204      0       0.0 s  5f0c91aa  3      2.4 s  0       12
    ///                      fanout     1204      0       0.0 s  81b2aa07  2      2.1 s
    ///                      redis      1204      0
    var text: String {
        let schema = schemas.map { schema in
            "\(schema.name): \(schema.applied) files, \(schema.pending.isEmpty ? "current" : "\(schema.pending.count) to be applied")"
        }
        var head = TextTable()
        head.add(["daybook", "\(version), \(tenants) tenants"])
        head.add(["schema", schema.joined(separator: "; ")])
        head.add(["registry", registry?.line ?? "projected by nobody yet"])
        head.add(["redis", redisFault.map { "away: \($0)" } ?? "answers"])

        var table = TextTable()
        table.add(
            ["partition", "head", "role", "position", "behind", "age", "owner", "epoch", "lease", "parked", "queues"]
        )
        for state in partitions { state.rows.forEach { table.add($0) } }
        return "\(head)\n\(table)"
    }
}

extension StatusReport.Progress {
    fileprivate var line: String {
        let owner = owner.map { "owner \($0.prefix(8))" } ?? "owned by nobody"
        return "position \(position), \(lagEvents) behind, \(owner)"
    }
}

extension StatusReport.PartitionState {
    fileprivate var rows: [[String]] {
        let first = ["\(partition)", "\(head)"]
        let last = ["\(parkedStreams)", "\(queues.registered)"]
        var rows = roles.map { role in
            [
                "", "", role.role, "\(role.position)", "\(role.lagEvents)", Self.seconds(role.lagSeconds),
                role.owner.map { String($0.prefix(8)) } ?? "nobody", "\(role.epoch)",
                role.leaseSeconds.map(Self.seconds) ?? "", "", "",
            ]
        }
        let watermark = queues.watermark.map { ["\($0)", "\(max(0, head - $0))"] } ?? ["nothing", ""]
        rows.append(["", "", "redis"] + watermark)
        rows[0].replaceSubrange(0..<2, with: first)
        rows[0] += Array(repeating: "", count: max(0, 11 - rows[0].count))
        rows[0].replaceSubrange(9..<11, with: last)
        return rows
    }

    private static func seconds(_ value: Double) -> String { "\((value * 10).rounded() / 10) s" }
}
