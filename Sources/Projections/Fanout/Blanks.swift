internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Redis

/// What the deletions of one batch take out of the payloads that lie in Redis. Whoever still has a reference to one asks the
/// log, which knows by then that the message is gone. The batch's own payloads are blank from the start.
struct Blanks {
    /// By the position of the deletion.
    private var places: [Position: [RealtimePlace]] = [:]

    /// Messages of one statement.
    private static let chunk = 5000

    init(of recorded: [Recorded], in partition: Partition, on connection: PostgresConnection) throws {
        for event in recorded {
            let messages = try Self.deleted(by: event, on: connection)
            var positions: [Position] = []
            for start in stride(from: 0, to: messages.count, by: Self.chunk) {
                let streams = Array(messages[start..<min(start + Self.chunk, messages.count)])
                positions += try connection.execute(
                    """
                    SELECT position FROM es.events
                     WHERE partition = \(partition.number) AND tenant = \(event.raw.tenant) AND stream = ANY (\(streams))
                       AND position < \(event.position)
                    """
                ).decode(Position.self)
            }
            if !positions.isEmpty { places[event.position] = positions.map { RealtimePlace($0, 1) } }
        }
    }

    /// The commands of the deletion at `position`, if there is one.
    mutating func append(
        at position: Position,
        of partition: Partition,
        to commands: inout RedisBatch,
        _ wake: inout FanoutWake
    ) {
        guard let places = places.removeValue(forKey: position) else { return }
        for start in stride(from: 0, to: places.count, by: 100) {
            let keys = places[start..<min(start + 100, places.count)].map { FanoutKeys.payload($0, partition) }
            commands.append("UNLINK", arguments: keys)
        }
        wake.blanked.add(places)
    }

    private static func deleted(by event: Recorded, on connection: PostgresConnection) throws -> [UUID] {
        switch event.event {
        case .message(let id, .deleted): return [id.uuid]
        case .room(let room, .messagesRangeDeleted(let from, let to, let author, _)):
            var range: SQL = """
                SELECT id FROM rm.messages WHERE tenant = \(event.raw.tenant) AND room = \(room.uuid)
                   AND seq BETWEEN \(from) AND \(to) AND position < \(event.position)
                """
            if let author { range += " AND author = \(author.uuid)" }
            return try connection.execute(range).decode(UUID.self)
        case .message, .room, .user, .readState, .handle: return []
        }
    }
}
