internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// Who is in which room, as of the event that is being fanned out; and of those, who is served. Member events that pass by
/// keep it right, so a room is read from the intervals once.
struct RoomAudiences {
    private struct Room {
        var members: Set<UserID>
        var served: [ServedUser] = []
        var generation = -1
    }

    /// Members of all rooms together; beyond it everything is forgotten and read again as needed.
    private static let capacity = 2_000_000

    private var rooms: [RealtimeFacts.Key<RoomID>: Room] = [:]
    private var size = 0

    /// The served members of a room after the event at `position`.
    mutating func served(
        _ room: RealtimeFacts.Key<RoomID>,
        at position: Position,
        among users: ServedUsers,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [ServedUser] {
        if rooms[room] == nil { try load(room, at: position, on: connection) }
        guard let known = rooms[room], known.generation != users.generation else { return rooms[room]?.served ?? [] }
        let candidates = users.byTenant[room.tenant] ?? []
        let served =
            if candidates.count < known.members.count {
                candidates.filter { known.members.contains($0.owner.id) }
            } else {
                known.members.compactMap { users[QueueOwner(room.tenant, $0)] }
            }
        rooms[room]?.served = served
        rooms[room]?.generation = users.generation
        return served
    }

    mutating func added(_ user: UserID, to room: RealtimeFacts.Key<RoomID>) {
        guard rooms[room]?.members.insert(user).inserted == true else { return }
        rooms[room]?.generation = -1
        size += 1
    }

    mutating func removed(_ user: UserID, from room: RealtimeFacts.Key<RoomID>) {
        guard rooms[room]?.members.remove(user) != nil else { return }
        rooms[room]?.generation = -1
        size -= 1
    }

    /// Forgets the rooms of a tenant whose events are not followed any more, or were not until now.
    mutating func forget(_ tenant: UUID) {
        for key in rooms.keys where key.tenant == tenant { forget(key) }
    }

    mutating func forget(_ room: RealtimeFacts.Key<RoomID>) {
        if let forgotten = rooms.removeValue(forKey: room) { size -= forgotten.members.count }
    }

    private mutating func load(
        _ room: RealtimeFacts.Key<RoomID>,
        at position: Position,
        on connection: PostgresConnection
    ) throws(PostgresError) {
        let rows = try connection.execute(
            """
            SELECT DISTINCT member FROM rm.memberships
             WHERE tenant = \(room.tenant) AND room = \(room.id.uuid)
               AND from_position <= \(position) AND (to_position IS NULL OR to_position > \(position))
            """
        )
        let members = Set(try rows.decode(UUID.self).map { UserID($0) })
        if size + members.count > Self.capacity {
            rooms = [:]
            size = 0
        }
        rooms[room] = Room(members: members)
        size += members.count
    }
}
