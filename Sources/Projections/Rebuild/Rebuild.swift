package import EventStore
package import Events
internal import Foundation
package import Logging
package import Postgres

/// Projects the log anew into tables beside those that serve, compares, and puts them in their place. Live traffic goes on: the
/// switch holds the projector for as long as the last few events take.
///
///     let rebuild = try Rebuild(configuration, queries: log.queries, codec: codec, logger: logger)
///     try rebuild.make(.next)
///     let comparison = try rebuild.compare(.next)
///     if comparison.differences.isEmpty { try rebuild.switchOver(to: .next) }
///
/// Blocking, for a thread of its own. It may die at any point: what it has made so far is dropped by the next one, and the
/// switch is one transaction.
package struct Rebuild: Sendable {
    package struct Configuration: Sendable {
        /// Connects as who migrates: a superuser or a member of `daybook_owner`.
        package var administrator: PostgresConfiguration
        /// Connects as `daybook_projector`.
        package var projector: PostgresConfiguration
        /// The folder `schema/product`.
        package var folder: String
        package var batchLimit = 1_000

        package init(administrator: PostgresConfiguration, projector: PostgresConfiguration, folder: String) {
            self.administrator = administrator
            self.projector = projector
            self.folder = folder
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

    // MARK: Building

    /// Makes the schema anew, in place of what may be left of another rebuild.
    package func make(_ schema: ReadModelSchema) throws {
        precondition(schema != .live, "the live read models are never dropped")
        try asOwner { connection in
            try schema.drop(on: connection)
            try schema.make(from: configuration.folder, on: connection)
        }
    }

    package func drop(_ schema: ReadModelSchema) throws {
        precondition(schema != .live, "the live read models are never dropped")
        try asOwner { try schema.drop(on: $0) }
    }

    package func exists(_ schema: ReadModelSchema) throws -> Bool {
        try asOwner { try schema.exists(on: $0) }
    }

    /// Projects into the schema, from where it is, exactly up to these positions.
    package func project(
        into schema: ReadModelSchema,
        through positions: [Partition: Position],
        onProgress: (Partition, Position) -> Void = { _, _ in }
    ) throws {
        let connection = try connection(to: schema)
        for (partition, last) in positions.sorted(by: { $0.key < $1.key }) {
            let unparking = Unparking(codec: codec, queries: queries)
            guard
                var projection = try PartitionProjection(
                    of: partition,
                    by: owner,
                    for: Self.lease,
                    unparking: unparking,
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
                )
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
        try Self.positions(on: try connection(to: .live))
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
            try project(into: schema, through: try Self.positions(on: live))
            return Comparison(
                live: try ReadModelDigest(of: .live, on: live),
                rebuilt: try digest(of: schema)
            )
        }
    }

    package func digest(of schema: ReadModelSchema) throws -> ReadModelDigest {
        try ReadModelDigest(of: schema, on: try connection(to: schema))
    }

    // MARK: Switching

    /// Puts the schema in the place of the live one, which becomes the previous one; that is how the way back goes too.
    package func switchOver(to schema: ReadModelSchema) throws {
        // All but the last few events, while nobody waits.
        for _ in 0..<3 { try project(into: schema, through: try livePositions()) }
        // Tables that were filled a moment ago have no statistics yet, and the first plans are kept.
        try asOwner { connection in
            let tables = try schema.tables(on: connection).map { "ANALYZE \(schema.name).\($0)" }
            try connection.executeScript(tables.joined(separator: ";"))
        }
        try asOwner { connection in
            // Waits for the batches that are being committed; after that every owner of before is deposed.
            let checkpoints = try connection.execute(
                """
                UPDATE rm.checkpoints SET lease_owner = NULL, lease_until = NULL, lease_epoch = lease_epoch + 1
                RETURNING projection, partition, position, lease_epoch
                """
            ).decode((String, Int32, Position, Int64).self)
            let projected = checkpoints.filter { $0.0 == PartitionProjection.name }.map { (Partition($0.1), $0.2) }
            try project(into: schema, through: Dictionary(uniqueKeysWithValues: projected))
            // Epochs only ever grow, so nobody who was deposed once owns a partition again.
            for (projection, partition, position, epoch) in checkpoints {
                try connection.execute(
                    """
                    INSERT INTO \(raw: schema.name).checkpoints AS c (projection, partition, position, lease_epoch)
                    VALUES (\(projection), \(partition), \(position), \(epoch))
                    ON CONFLICT (projection, partition) DO UPDATE
                       SET position = excluded.position, lease_epoch = greatest(c.lease_epoch, excluded.lease_epoch) + 1,
                           lease_owner = NULL, lease_until = NULL
                    """
                )
            }
            let (live, previous) = (ReadModelSchema.live.name, ReadModelSchema.previous.name)
            if schema != .previous { try ReadModelSchema.previous.drop(on: connection) }
            try connection.executeScript(
                """
                ALTER SCHEMA \(live) RENAME TO \(live)_switching;
                ALTER SCHEMA \(schema.name) RENAME TO \(live);
                ALTER SCHEMA \(live)_switching RENAME TO \(previous);
                """
            )
        }
    }

    // MARK: Connections

    private static func positions(on connection: PostgresConnection) throws -> [Partition: Position] {
        let rows = try connection.execute(
            "SELECT partition, position FROM rm.checkpoints WHERE projection = \(PartitionProjection.name)"
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
        return try PostgresConnection(administrator).transaction { connection in
            try connection.executeScript("SET LOCAL ROLE daybook_owner")
            return try body(connection)
        }
    }
}

/// Why a rebuild cannot go on.
package enum RebuildError: Error, CustomStringConvertible {
    case isTaken(ReadModelSchema)
    case logEnds(Partition, at: Position)

    package var description: String {
        switch self {
        case .isTaken(let schema): "another process projects into \(schema.name)"
        case .logEnds(let partition, let position): "the log of partition \(partition) ends at \(position)"
        }
    }
}
