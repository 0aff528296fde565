import EventStore
import Events
import Foundation

/// What subscribers are to be told of one event of the log, and who: the visibility rule of `realtime.md`, worked out from the
/// log alone and without any of the product's code for it.
struct Told: Sendable {
    /// How the wire names it.
    let id: String
    let type: String
    let room: RoomID?
    let event: Recorded
    /// Who may see it for being a member of its room then, and so loses it with the membership; with how many times they had
    /// left the room by then.
    var asMembers: [UserID: Int] = [:]
    /// Who may see it in any case.
    var asUsers: Set<UserID> = []

    var position: Position { event.position }

    fileprivate init(_ event: Recorded, _ type: String, _ room: RoomID?) {
        id = "evt_" + UUID.derived("daybook.realtime", event.raw.id.bytes, [1]).uuidString.lowercased()
        self.type = type
        self.room = room
        self.event = event
    }
}

/// All that the users of one tenant are to be told, in order.
struct Tidings: Sendable {
    private(set) var told: [Told] = []
    /// How many times each user has left each room.
    private var left: [RoomID: [UserID: Int]] = [:]
    private var members: [RoomID: Set<UserID>] = [:]
    private var kinds: [RoomID: RoomEvent.Kind] = [:]
    private var roles: [UserID: Role] = [:]

    init(_ history: History, in tenant: UUID) {
        for event in history.events where event.raw.tenant == tenant { apply(event) }
    }

    /// How many times in all the user has left the room: what was to be seen before the last time is lost.
    func departures(of user: UserID, from room: RoomID) -> Int { left[room]?[user] ?? 0 }

    private mutating func apply(_ event: Recorded) {
        switch event.event {
        case .handle, .repair, .limits, .usage, .usageReport, .policies, .control: break
        case .user(let id, let change):
            switch change {
            case .joined(_, _, _, let role, _), .roleChanged(let role): roles[id] = role
            case .deactivated, .forgotten: roles[id] = nil
            case .profileChanged, .reactivated: break
            }
            var told = Told(event, "user.changed", nil)
            told.asUsers = Set(roles.filter { $0.value != .auditor }.keys)
            self.told.append(told)
        case .room(let room, let change): apply(change, to: room, event)
        case .message(_, let change):
            let type =
                switch change {
                case .posted: "message.created"
                case .edited: "message.updated"
                case .deleted: "message.deleted"
                case .reactionAdded, .reactionRemoved: "message.reaction_changed"
                }
            tell(event, type, change.room, members[change.room] ?? [])
        case .readState(_, .markerMoved(let user, let room, _)): tell(event, "read_marker.moved", room, [user])
        }
    }

    private mutating func apply(_ change: RoomEvent, to room: RoomID, _ event: Recorded) {
        switch change {
        case .created(let kind, _, _, _):
            kinds[room] = kind
            tellOfRoom(event, room)
        case .changed, .archived, .restored: tellOfRoom(event, room)
        case .memberAdded(let user, _):
            members[room, default: []].insert(user)
            tell(event, "room.member_changed", room, members[room] ?? [])
        case .memberRemoved(let user):
            // The one who goes is told that, and nothing of the room after it.
            left[room, default: [:]][user, default: 0] += 1
            tell(event, "room.member_changed", room, members[room] ?? [])
            members[room]?.remove(user)
        case .memberRoleChanged: tell(event, "room.member_changed", room, members[room] ?? [])
        case .messagesRangeDeleted: tell(event, "message.range_deleted", room, members[room] ?? [])
        }
    }

    /// Of a channel everybody but guests is told that it is there, and the guests who are in it.
    private mutating func tellOfRoom(_ event: Recorded, _ room: RoomID) {
        let members = members[room] ?? []
        guard kinds[room] == .channel else { return tell(event, "room.changed", room, members) }
        tell(event, "room.changed", room, members.filter { roles[$0] == .guest })
        told[told.count - 1].asUsers = Set(roles.filter { $0.value != .guest && $0.value != .auditor }.keys)
    }

    private mutating func tell(_ event: Recorded, _ type: String, _ room: RoomID, _ users: Set<UserID>) {
        var told = Told(event, type, room)
        for user in users where roles[user] != nil && roles[user] != .auditor {
            told.asMembers[user] = departures(of: user, from: room)
        }
        self.told.append(told)
    }
}
