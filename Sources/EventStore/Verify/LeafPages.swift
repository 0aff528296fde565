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
        /// What of it the commit's root covers besides.
        let versionHash: [UInt8]
        /// What the leaf should be by the row; nil if the event's type is not known.
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
        let result = try connection.execute(
            """
            SELECT position, tenant, stream, event, type, leaf, command, metadata, payload, version
              FROM es.events
            WHERE partition = \(partition.number) AND position > \(position) ORDER BY position LIMIT \(limit)
            """
        )
        var page: [Event] = []
        page.reserveCapacity(result.count)
        for index in 0..<result.count { page.append(try event(result[index])) }
        events = page[...]
        position = events.last?.position ?? position
        isAtEnd = events.isEmpty
    }

    private func event(_ row: PostgresRow) throws(PostgresError) -> Event {
        let type = types[try row.decode(Int32.self, 4)]
        let id = try row.decode(UUID.self, 3)
        var expected: [UInt8]?
        if let type {
            expected = EventLeaf.hash(
                tenant: try row.decode(UUID.self, 1),
                stream: try row.decode(UUID.self, 2),
                event: id,
                type: type.name,
                schema: Int32(type.version),
                commandKey: try row.decode([UInt8].self, 6),
                metadata: try row.decode([UInt8].self, 7),
                payload: try row.decode([UInt8].self, 8)
            )
        }
        return Event(
            position: try row.decode(Position.self, 0),
            leaf: try row.decode([UInt8].self, 5),
            versionHash: CommitRoot.versionHash(of: id, version: try row.decode(StreamVersion.self, 9)),
            expected: expected
        )
    }
}
