internal import Foundation
internal import Postgres
internal import TransparencyLog

/// A partition's events in the order of their positions, in pages that do not heed commits: most commits are small, and a
/// statement for each of them would take longer than the hashing.
struct LeafPages {
    struct Event {
        let position: Position
        /// As it is stored.
        let leaf: [UInt8]
        /// What it should be by the row; nil if the event's type is not known.
        let expected: [UInt8]?
    }

    private let partition: Partition
    private let types: [Int32: EventType]
    private let limit: Int
    private let connection: PostgresConnection
    private var events: ArraySlice<Event> = []
    /// The last position that was read.
    private var position: Position = 0
    private var isAtEnd = false

    init(of partition: Partition, _ types: [Int32: EventType], limit: Int, on connection: PostgresConnection) {
        self.partition = partition
        self.types = types
        self.limit = limit
        self.connection = connection
    }

    /// The next event, unless it lies behind `last`.
    mutating func next(through last: Position) throws(PostgresError) -> Event? {
        if events.isEmpty, !isAtEnd { try read() }
        guard let event = events.first, event.position <= last else { return nil }
        events.removeFirst()
        return event
    }

    private mutating func read() throws(PostgresError) {
        let rows = try connection.execute(
            """
            SELECT position, tenant, stream, event, type, leaf, command, metadata, payload FROM es.events
            WHERE partition = \(partition.number) AND position > \(position) ORDER BY position LIMIT \(limit)
            """
        ).decode((Position, UUID, UUID, UUID, Int32, [UInt8], [UInt8], [UInt8], [UInt8]).self)
        events =
            rows.map { next, tenant, stream, event, type, leaf, command, metadata, payload in
                Event(
                    position: next,
                    leaf: leaf,
                    expected: types[type].map {
                        EventLeaf.hash(
                            tenant: tenant,
                            stream: stream,
                            event: event,
                            type: $0.name,
                            schema: Int32($0.version),
                            commandKey: command,
                            metadata: metadata,
                            payload: payload
                        )
                    }
                )
            }[...]
        position = events.last?.position ?? position
        isAtEnd = events.isEmpty
    }
}
