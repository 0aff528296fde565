internal import EventStore
internal import Events
internal import Logging
internal import Postgres

/// Projects one partition from the log while this process owns it, and says what it has to set aside.
struct PartitionProjector: PartitionWork {
    private var projection: PartitionProjection
    /// The partition's, in logs and metrics.
    private let name: String
    private let queries: EventQueries
    private let codec: EventCodec
    private let projected: ProjectedEvents?
    private let batchLimit: Int
    private let logger: Logger
    private let onCommitted: @Sendable (Partition, Position) -> Void
    private var renewAt: ContinuousClock.Instant

    var lease: Lease { projection.lease }

    init(
        _ projection: PartitionProjection,
        called name: String,
        queries: EventQueries,
        codec: EventCodec,
        handingTo projected: ProjectedEvents?,
        batchLimit: Int,
        logger: Logger,
        onCommitted: @escaping @Sendable (Partition, Position) -> Void
    ) {
        self.projection = projection
        self.name = name
        self.queries = queries
        self.codec = codec
        self.projected = projected
        self.batchLimit = batchLimit
        self.logger = logger
        self.onCommitted = onCommitted
        renewAt = .now + projection.lease.duration / 3
        onCommitted(projection.lease.partition, projection.position)
    }

    mutating func step(hint: Position, on connection: PostgresConnection) throws -> Bool {
        let events = try queries.readDecoded(
            lease.partition,
            after: projection.position,
            limit: batchLimit,
            by: codec,
            on: connection
        )
        if events.isEmpty {
            guard renewAt <= .now else { return false }
            try lease.renew(on: connection)
        } else {
            for parking in try projection.project(events, on: connection) { report(parking) }
            projected?.add(events)
            onCommitted(lease.partition, projection.position)
        }
        renewAt = .now + lease.duration / 3
        return !events.isEmpty
    }

    private func report(_ parking: Parking) {
        PartitionMetrics.parked(in: name)
        logger.error(
            "An event cannot be projected: its stream is parked",
            metadata: [
                "partition": "\(name)", "tenant": "\(parking.event.tenant)",
                "stream": "\(parking.event.stream)", "position": "\(parking.event.position)",
                "type": "\(parking.event.type)", "reason": "\(parking.poison.reason)",
            ]
        )
    }
}
