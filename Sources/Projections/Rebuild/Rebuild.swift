package import EventStore
package import Events
internal import Foundation
package import Logging
package import Postgres

/// Projects the log anew into tables beside those that serve, compares, and puts them in their place. Live traffic goes on: the
/// switch holds the projector for as long as the last few events take.
///
///     let rebuild = try Rebuild(configuration, queries: log.queries, codec: codec, logger: logger)
///     try rebuild.alone(with: .live) {
///         try rebuild.make(.next)
///         let comparison = try rebuild.compare(.next)
///         if comparison.differences.isEmpty { try rebuild.switchOver(to: .next) }
///     }
///
/// Blocking, for a thread of its own. It may die at any point: what it has made so far is dropped by the next one, and the
/// switch is one transaction.
package struct Rebuild: Sendable {
    package struct Configuration: Sendable {
        /// Connects as who migrates: a superuser or a member of `daybook_owner`.
        package var administrator: PostgresConfiguration
        /// Connects as `daybook_projector`.
        package var projector: PostgresConfiguration
        /// The folders of the database's schema.
        package var folders: [String]
        /// What is projected into the database.
        package var set: ReadModelSet
        package var batchLimit = 1_000

        package init(
            _ set: ReadModelSet = .product,
            administrator: PostgresConfiguration,
            projector: PostgresConfiguration,
            folders: [String]
        ) {
            self.set = set
            self.administrator = administrator
            self.projector = projector
            self.folders = folders
        }
    }

    package struct Comparison: Sendable {
        package let live: ReadModelDigest
        package let rebuilt: ReadModelDigest

        /// The tables that differ.
        package var differences: [String] { rebuilt.differences(from: live) }
    }

    /// Far longer than a batch takes; whoever dies leaves nothing that another would wait for.
    private static let lease = Duration.seconds(60)
    /// Digests and indexes of large tables take their time.
    private static let patience = Duration.seconds(3600)
    /// Taken by whoever migrates, for as long as that takes; see `Migrator`.
    private static let migrationLock: Int64 = 7_223_361_084_525

    private let configuration: Configuration
    private let queries: EventQueries
    private let codec: EventCodec
    private let logger: Logger
    private let owner = UUID()

    package init(_ configuration: Configuration, queries: EventQueries, codec: EventCodec, logger: Logger) {
        self.configuration = configuration
        self.queries = queries
        self.codec = codec
        self.logger = logger
    }

    /// Runs `body` while no other process is in here with this schema, and throws at once where one is. `.live` is for whoever
    /// switches, with all that it switches.
    package func alone<Result>(with schema: ReadModelSchema, _ body: () throws -> Result) throws -> Result {
        let key = "daybook.rebuild \(schema.name)"
        // Held until the connection ends, so it does not outlive this process.
        let holder = try PostgresConnection(configuration.administrator)
        guard try holder.execute("SELECT pg_try_advisory_lock(hashtextextended(\(key), 0))").decode(Bool.self)[0] else {
            throw RebuildError.isRunning(schema)
        }
        return try withExtendedLifetime(holder, body)
    }

    // MARK: Building

    /// Makes the schema anew, in place of what may be left of another rebuild. Throws where the database is not migrated to this
    /// release, or is to a later one.
    package func make(_ schema: ReadModelSchema) throws {
        precondition(schema != .live, "the live read models are never dropped")
        let files = try ReadModelFiles(in: configuration.folders)
        try asOwner { connection in
            try schema.drop(on: connection)
            try files.make(schema, on: connection)
        }
    }

    package func drop(_ schema: ReadModelSchema) throws {
        precondition(schema != .live, "the live read models are never dropped")
        try asOwner { try schema.drop(on: $0) }
    }

    /// Drops all that rebuilds and switches have left behind.
    package func dropLeftovers() throws {
        for schema in [ReadModelSchema.previous, .replaced, .next] { try drop(schema) }
    }

    package func exists(_ schema: ReadModelSchema) throws -> Bool {
        try asOwner { try schema.exists(on: $0) }
    }

    /// When a rebuild made the schema; nil if it was made by the migrations.
    package func madeAt(_ schema: ReadModelSchema) throws -> String? {
        try asOwner { try schema.madeAt(on: $0) }
    }

    /// Projects into the schema, from where it is, exactly up to these positions. Whoever else still does is deposed: one that died
    /// must not be waited for.
    package func project(
        into schema: ReadModelSchema,
        through positions: [Partition: Position],
        onProgress: (Partition, Position) -> Void = { _, _ in }
    ) throws {
        precondition(schema != .live, "the live read models have projectors of their own")
        let connection = try connection(to: schema)
        try connection.execute("UPDATE rm.checkpoints SET lease_owner = NULL, lease_until = NULL")
        for (partition, last) in positions.sorted(by: { $0.key < $1.key }) {
            let start = try self.positions(on: connection)[partition] ?? 0
            let ahead = try RepairsAhead(of: partition, after: start, queries, codec, on: connection)
            guard
                var projection = try PartitionProjection(
                    into: configuration.set,
                    of: partition,
                    by: owner,
                    for: Self.lease,
                    unparking: Unparking(codec: codec, queries: queries, ahead: ahead),
                    on: connection
                )
            else { throw RebuildError.isTaken(schema) }
            while projection.position < last {
                let events = try queries.readDecoded(
                    partition,
                    after: projection.position,
                    limit: Int(min(last - projection.position, Position(configuration.batchLimit))),
                    by: codec,
                    on: connection
                ).map { ahead.applied(to: $0, at: $0.raw.position) }
                guard !events.isEmpty else { throw RebuildError.logEnds(partition, at: projection.position) }
                for parking in try projection.project(events, on: connection) {
                    logger.warning(
                        "An event cannot be projected: its stream is parked",
                        metadata: [
                            "schema": "\(schema.name)", "partition": "\(partition)",
                            "position": "\(parking.event.position)", "reason": "\(parking.poison.reason)",
                        ]
                    )
                }
                onProgress(partition, projection.position)
            }
            try projection.lease.release(on: connection)
        }
    }

    /// Where the live read models stand.
    package func livePositions() throws -> [Partition: Position] {
        try positions(on: try connection(to: .live))
    }

    /// Where the log stands.
    package func heads() throws -> [Partition: Position] { try queries.heads(on: try connection(to: .live)) }

    /// Where these partitions stood at a time.
    package func positions(at time: Timestamp, in partitions: [Partition]) throws -> [Partition: Position] {
        let connection = try connection(to: .live)
        return Dictionary(
            uniqueKeysWithValues: try partitions.map {
                ($0, try queries.position(at: time.microseconds, of: $0, on: connection))
            }
        )
    }

    // MARK: Comparing

    /// Brings the schema to where the live read models are now, and compares the two there.
    package func compare(_ schema: ReadModelSchema) throws -> Comparison {
        let live = try connection(to: .live)
        // What is live goes on; the snapshot stays.
        return try live.transaction(isolation: .repeatableRead, readOnly: true) { live in
            let identity = try ReadModelSchema.live.identity(on: live)
            try project(into: schema, through: try positions(on: live))
            let comparison = Comparison(
                live: try ReadModelDigest(of: .live, on: live),
                rebuilt: try digest(of: schema)
            )
            guard try ReadModelSchema.live.identity(on: live) == identity else { throw RebuildError.switchedMeanwhile }
            return comparison
        }
    }

    package func digest(of schema: ReadModelSchema) throws -> ReadModelDigest {
        try ReadModelDigest(of: schema, on: try connection(to: schema))
    }

    // MARK: Switching

    /// Puts the schema in the place of the live one, which becomes the previous one; that is how the way back goes too.
    ///
    /// It holds the projectors for a bounded time whatever happens: it waits for no lock longer than three seconds, and for itself
    /// no longer than thirty. If that is not enough, it throws, and nothing has happened.
    package func switchOver(to schema: ReadModelSchema) throws {
        let files = try ReadModelFiles(in: configuration.folders)
        let before = try asOwner { try identities(of: schema, on: $0) }
        // Rows may be read there still, for as long as anybody likes.
        try drop(.replaced)
        // All but the last few events, while nobody waits.
        for _ in 0..<3 { try project(into: schema, through: try livePositions()) }
        // Tables that were filled a moment ago have no statistics yet, and the first plans are kept.
        try asOwner { connection in
            let tables = try schema.tables(on: connection).map { "ANALYZE \(schema.name).\($0)" }
            try connection.executeScript(tables.joined(separator: ";"))
        }
        try asOwner { connection in
            try connection.executeScript(
                """
                SET LOCAL statement_timeout = '30s';
                SET LOCAL idle_in_transaction_session_timeout = '30s';
                SELECT pg_advisory_xact_lock(\(Self.migrationLock));
                """
            )
            try files.expectCurrent(schema, on: connection)
            // Waits for the batches that are being committed; after that every owner of before is deposed.
            let checkpoints = try connection.execute(
                """
                UPDATE rm.checkpoints SET lease_owner = NULL, lease_until = NULL, lease_epoch = lease_epoch + 1
                RETURNING projection, partition, position, lease_epoch
                """
            ).decode((String, Int32, Position, Int64).self)
            // These may be the checkpoints of what another switch has just put away.
            guard try identities(of: schema, on: connection) == before else { throw RebuildError.switchedMeanwhile }
            let projected = checkpoints.filter { $0.0 == configuration.set.name }.map { (Partition($0.1), $0.2) }
            try project(into: schema, through: Dictionary(uniqueKeysWithValues: projected))
            try handOver(checkpoints, to: schema, on: connection)
            try rename(schema, files, on: connection)
        }
        // If somebody reads it, the next switch does.
        do { try drop(.replaced) } catch RebuildError.isHeld {
            logger.warning("rm_replaced could not be dropped, for it is being read")
        }
    }

    private func identities(of schema: ReadModelSchema, on connection: PostgresConnection) throws -> [Int64?] {
        [try ReadModelSchema.live.identity(on: connection), try schema.identity(on: connection)]
    }

    /// Has the owners of all projections begin in the schema where those of before have ended. Epochs only ever grow, and past all
    /// that those may still draw who waited for the old ones: nobody who was deposed once owns a partition again.
    private func handOver(
        _ checkpoints: [(String, Int32, Position, Int64)],
        to schema: ReadModelSchema,
        on connection: PostgresConnection
    ) throws {
        for (projection, partition, position, epoch) in checkpoints {
            try connection.execute(
                """
                INSERT INTO \(raw: schema.name).checkpoints AS c (projection, partition, position, lease_epoch)
                VALUES (\(projection), \(partition), \(position), \(epoch + 1_000))
                ON CONFLICT (projection, partition) DO UPDATE
                   SET position = excluded.position, lease_epoch = greatest(c.lease_epoch, excluded.lease_epoch) + 1,
                       lease_owner = NULL, lease_until = NULL
                """
            )
        }
    }

    /// Renaming locks no table, so it waits for nobody who reads or dumps one.
    private func rename(
        _ schema: ReadModelSchema,
        _ files: ReadModelFiles,
        on connection: PostgresConnection
    ) throws {
        let (live, previous) = (ReadModelSchema.live, ReadModelSchema.previous)
        var renames = [(live, ReadModelSchema.switching)]
        if schema != previous, try previous.exists(on: connection) { renames.append((previous, .replaced)) }
        renames += [(schema, live), (.switching, previous)]
        for (old, new) in renames {
            try connection.executeScript("ALTER SCHEMA \(old.name) RENAME TO \(new.name)")
        }
        // All migrations are applied to what served until now.
        try files.mark(previous, madeAt: try previous.madeAt(on: connection), on: connection)
    }

    // MARK: Connections

    private func positions(on connection: PostgresConnection) throws -> [Partition: Position] {
        let rows = try connection.execute(
            "SELECT partition, position FROM rm.checkpoints WHERE projection = \(configuration.set.name)"
        ).decode((Int32, Position).self)
        return Dictionary(uniqueKeysWithValues: rows.map { (Partition($0), $1) })
    }

    /// Statements that say `rm` mean the schema.
    private func connection(to schema: ReadModelSchema) throws -> PostgresConnection {
        var projector = configuration.projector
        projector.schemas = schema.names
        projector.statementTimeout = Self.patience
        return try PostgresConnection(projector)
    }

    private func asOwner<Result>(_ body: (PostgresConnection) throws -> Result) throws -> Result {
        var administrator = configuration.administrator
        administrator.statementTimeout = Self.patience
        do {
            return try PostgresConnection(administrator).transaction { connection in
                try connection.executeScript("SET LOCAL ROLE daybook_owner; SET LOCAL lock_timeout = '3s'")
                return try body(connection)
            }
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw RebuildError.isHeld(error)
        }
    }
}

/// Why a rebuild cannot go on.
package enum RebuildError: Error, CustomStringConvertible {
    case isTaken(ReadModelSchema)
    case isRunning(ReadModelSchema)
    case isHeld(PostgresError)
    case isOfAnotherRelease(ReadModelSchema)
    case notMigrated([String])
    case switchedMeanwhile
    case logEnds(Partition, at: Position)

    package var description: String {
        switch self {
        case .isTaken(let schema): "another process projects into \(schema.name)"
        case .isRunning(.live): "another process is rebuilding or switching"
        case .isRunning(let schema): "another process is making \(schema.name)"
        case .isHeld(let error):
            "somebody holds what is needed, so nothing has been changed; try again: \(error.message)"
        case .isOfAnotherRelease(let schema):
            "\(schema.name) is not what the migrations of this database make, so it cannot serve: rebuild instead"
        case .notMigrated(let paths):
            "the database and this release have different migrations of the read models: \(paths.joined(separator: ", "))"
        case .switchedMeanwhile: "another process has switched meanwhile, so nothing has been changed; begin again"
        case .logEnds(let partition, let position): "the log of partition \(partition) ends at \(position)"
        }
    }
}
