internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Redis

/// What the deletions and erasures of one batch, and the streams that are withheld from it on, take out of the payloads that lie in Redis.
/// Whoever still has a reference to one asks the log, which knows by then that it is gone or not to be shown. The
/// batch's own payloads are blank from the start.
struct Blanks {
    /// By the position of the deletion or erasure, or of the event that is set aside.
    private var places: [Position: [RealtimePlace]] = [:]
    /// Where `places` leaves out what can lie in Redis no more.
    private var isOfAll: Set<Position> = []

    /// Messages of one statement.
    private static let chunk = 5000

    /// - Parameters:
    ///   - queries: of the log.
    ///   - lifetime: how long payloads lie in Redis.
    ///   - renew: called between statements, of which there may be more than a lease lasts.
    init(
        of recorded: [Recorded],
        withholding withheld: [WithheldStream],
        in partition: Partition,
        _ queries: EventQueries,
        lifetime: Duration,
        on connection: PostgresConnection,
        renew: () throws -> Void
    ) throws {
        func blank(_ streams: [UUID], of tenant: UUID, before position: Position) throws {
            var positions: [Position] = []
            var oldest: Position = 0
            // So many that gateways drop all: then only what still lies in Redis need be named.
            if streams.count > FanoutWake.blankLimit {
                isOfAll.insert(position)
                let time = Date(timeIntervalSinceNow: -2 * (lifetime / .seconds(1)))
                oldest = try queries.position(
                    at: Int64(time.timeIntervalSince1970 * 1e6),
                    of: partition,
                    on: connection
                )
            }
            for start in stride(from: 0, to: streams.count, by: Self.chunk) {
                if start > 0 { try renew() }
                positions += try connection.execute(
                    """
                    SELECT position FROM es.events
                     WHERE partition = \(partition.number) AND tenant = \(tenant)
                       AND stream = ANY (\(Array(streams.dropFirst(start).prefix(Self.chunk)))) AND position > \(oldest)
                       AND position < \(position)
                    """
                ).decode(Position.self)
            }
            if !positions.isEmpty { places[position] = positions.map { RealtimePlace($0, 1) } }
        }
        for event in recorded {
            try blank(Self.emptied(by: event, on: connection), of: event.raw.tenant, before: event.position)
        }
        for stream in withheld {
            let messages = try connection.execute(
                "SELECT id FROM rm.messages WHERE tenant = \(stream.tenant) AND room = \(stream.stream)"
            ).decode(UUID.self)
            try blank([stream.stream] + messages, of: stream.tenant, before: stream.position)
        }
    }

    /// The commands of what is at `position`, if there is something.
    mutating func append(
        at position: Position,
        of partition: Partition,
        to commands: inout RedisBatch,
        _ wake: inout FanoutWake
    ) {
        if isOfAll.remove(position) != nil { wake.blanked = .all }
        guard let places = places.removeValue(forKey: position) else { return }
        for start in stride(from: 0, to: places.count, by: 100) {
            let keys = places[start..<min(start + 100, places.count)].map { FanoutKeys.payload($0, partition) }
            commands.append("UNLINK", arguments: keys)
        }
        wake.blanked.add(places)
    }

    /// The streams whose events say less from this one on.
    private static func emptied(by event: Recorded, on connection: PostgresConnection) throws -> [UUID] {
        switch event.event {
        case .message(let id, .deleted): return [id.uuid]
        case .room(let room, .messagesRangeDeleted(let from, let to, let author, _)):
            var range: SQL = """
                SELECT id FROM rm.messages WHERE tenant = \(event.raw.tenant) AND room = \(room.uuid)
                   AND seq BETWEEN \(from) AND \(to) AND position < \(event.position)
                """
            if let author { range += " AND author = \(author.uuid)" }
            return try connection.execute(range).decode(UUID.self)
        case .user(let user, .forgotten):
            return try [user.uuid]
                + connection.execute(
                    "SELECT id FROM rm.messages WHERE tenant = \(event.raw.tenant) AND author = \(user.uuid)"
                ).decode(UUID.self)
        case .message, .room, .user, .readState, .handle, .repair, .limits, .usage, .usageReport, .policies, .control:
            return []
        }
    }
}
