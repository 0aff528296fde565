import EventStore
import Events
import Foundation
import TestSupport
import Testing

@testable import Projections

/// Every type of event is checked against the rule of who may see it, by random stories of two tenants in one partition whose
/// users and rooms have the same identifiers: the fan-out's queues, the refill from the log, and a plain reading of the rule
/// must agree.
struct VisibilityOracleTests {
    @Test(arguments: 1...4) func `the queues hold what the rule allows and nothing else`(seed: UInt64) async throws {
        try await FanoutStage.run { stage in
            var random = Seeded(seed)
            let other = try await stage.story.database.makeTenant(partition: stage.story.tenant.partition)
            let users = (0..<6).map { _ in UserID() }
            let rooms = (0..<4).map { _ in RoomID() }
            var worlds: [UUID: World] = [:]
            for tenant in [stage.story.tenant, other] {
                var world = World(tenant: tenant, users: users, rooms: rooms)
                for user in users {
                    try await world.join(user, random.pick([.member, .member, .guest, .admin]), stage.story)
                }
                for room in rooms { try await world.open(room, random.pick([.channel, .private]), stage.story) }
                worlds[tenant.id] = world
            }
            for user in users { try await stage.subscribe(user) }
            let floor = try await stage.fanOut()

            for step in 0..<160 {
                let tenant = random.pick([stage.story.tenant, stage.story.tenant, other])
                var world = try #require(worlds[tenant.id])
                try await world.something(&random, stage.story)
                worlds[tenant.id] = world
                if step.isMultiple(of: 29) { try await stage.fanOut() }
            }
            try await stage.fanOut()
            let world = try #require(worlds[stage.story.tenant.id])
            for user in users {
                let allowed = world.allowed(user, after: floor)
                let queued = try await stage.queue(user).filter { $0.place.position > floor }
                let refilled = try await stage.refilled(user, after: .end(of: floor))
                #expect(queued.map(\.place) == refilled.map(\.place))
                #expect(queued.map(\.type) == refilled.map(\.type) && queued.map(\.room) == refilled.map(\.room))
                #expect(Set(queued.map(\.place.position)) == allowed)
            }
        }
    }
}

/// What has happened to one tenant, and by the rule's own words who may see it.
private struct World {
    private struct Fact {
        let position: Position
        /// Who could see it then.
        let seers: Set<UserID>
        let room: RoomID?
        /// Seen for being no guest, not for being a member.
        var byChannel: Set<UserID> = []
        /// Seen for being an administrator.
        var isForAdministrators = false
    }

    let tenant: Tenant
    let users: [UserID]
    let rooms: [RoomID]
    private var roles: [UserID: Role] = [:]
    private var inactive: Set<UserID> = []
    private var kinds: [RoomID: RoomEvent.Kind] = [:]
    private var members: [RoomID: Set<UserID>] = [:]
    private var messages: [(id: MessageID, room: RoomID, author: UserID)] = []
    private var facts: [Fact] = []
    private var left: [RoomID: [UserID: Position]] = [:]
    private var shut: [UserID: Position] = [:]
    private var demoted: [UserID: Position] = [:]
    private var dismissed: [UserID: Position] = [:]

    init(tenant: Tenant, users: [UserID], rooms: [RoomID]) {
        (self.tenant, self.users, self.rooms) = (tenant, users, rooms)
    }

    /// Positions of the events that the user may have in a queue by now.
    func allowed(_ user: UserID, after floor: Position) -> Set<Position> {
        Set(
            facts.filter { fact in
                guard fact.position > floor, fact.seers.contains(user), fact.position >= shut[user, default: 0] else {
                    return false
                }
                if fact.isForAdministrators { return fact.position >= dismissed[user, default: 0] }
                if fact.byChannel.contains(user) { return fact.position >= demoted[user, default: 0] }
                return fact.room.map { fact.position >= left[$0]?[user] ?? 0 } ?? true
            }.map(\.position)
        )
    }

    private var present: Set<UserID> { Set(users.filter { !inactive.contains($0) && roles[$0] != .auditor }) }

    private mutating func note(
        _ position: Position,
        _ seers: Set<UserID>,
        _ room: RoomID? = nil,
        byChannel: Set<UserID> = []
    ) {
        facts.append(Fact(position: position, seers: seers.union(byChannel), room: room, byChannel: byChannel))
    }

    private mutating func noteInRoom(_ position: Position, _ room: RoomID, and former: UserID? = nil) {
        note(position, members[room, default: []].union(former.map { [$0] } ?? []).intersection(present), room)
    }

    mutating func join(_ user: UserID, _ role: Role, _ story: Story) async throws {
        let handle = Personal("\(user)", of: user)
        let position = try await story.append(
            .joined(handle: handle, name: handle, kind: .person, role: role, source: nil),
            to: user,
            of: tenant
        )
        roles[user] = role
        note(position, present)
    }

    mutating func open(_ room: RoomID, _ kind: RoomEvent.Kind, _ story: Story) async throws {
        kinds[room] = kind
        let position = try await story.append(
            .created(kind: kind, name: "r", topic: nil, source: nil),
            to: room,
            of: tenant
        )
        noteChange(position, room)
    }

    private mutating func noteChange(_ position: Position, _ room: RoomID) {
        guard kinds[room] == .channel else { return noteInRoom(position, room) }
        let byChannel = present.filter { roles[$0] != .guest }
        note(
            position,
            members[room, default: []].intersection(present).subtracting(byChannel),
            room,
            byChannel: byChannel
        )
    }

    mutating func something(_ random: inout Seeded, _ story: Story) async throws {
        let (user, room) = (random.pick(users), random.pick(rooms))
        switch random.next() % 20 {
        case 0...4:
            if members[room, default: []].contains(user) {
                let position = try await story.append(.memberRemoved(user: user), to: room, of: tenant)
                members[room]?.remove(user)
                left[room, default: [:]][user] = position
                noteInRoom(position, room, and: user)
            } else {
                let position = try await story.append(.memberAdded(user: user, role: .member), to: room, of: tenant)
                members[room, default: []].insert(user)
                noteInRoom(position, room)
            }
        case 5:
            noteInRoom(
                try await story.append(.memberRoleChanged(user: user, role: .moderator), to: room, of: tenant),
                room
            )
        case 6: noteChange(try await story.append(.changed(name: "n", topic: nil), to: room, of: tenant), room)
        case 7:
            noteInRoom(
                try await story.append(
                    .messagesRangeDeleted(from: 1, to: 2, author: nil, reason: nil),
                    to: room,
                    of: tenant
                ),
                room
            )
        case 8:
            let role = random.pick([Role.member, .guest, .auditor, .admin])
            guard role != roles[user] else { return }
            let before = present
            let position = try await story.append(.roleChanged(role: role), to: user, of: tenant)
            if !inactive.contains(user) {
                if role == .auditor { shut[user] = position }
                if role == .guest, roles[user] != .auditor { demoted[user] = position }
                if roles[user] == .admin { dismissed[user] = position }
            }
            roles[user] = role
            note(position, present.union(before.intersection([user])))
        case 9:
            let wasInactive = inactive.contains(user)
            let before = present
            let position = try await story.append(wasInactive ? .reactivated : .deactivated, to: user, of: tenant)
            if wasInactive { inactive.remove(user) } else { inactive.insert(user) }
            if !wasInactive, before.contains(user) { shut[user] = position }
            note(position, present.union(before.intersection([user])))
        case 10:
            note(try await story.append(.profileChanged(name: Personal("n", of: user)), to: user, of: tenant), present)
        case 11...13:
            guard let message = messages.randomElement(using: &random) else { return }
            let event: MessageEvent =
                random.next().isMultiple(of: 2)
                ? .reactionAdded(room: message.room, user: user, emoji: "x", source: nil)
                : .edited(room: message.room, editor: user, body: Personal("e", of: user), mentions: [], source: nil)
            noteInRoom(try await story.append(event, to: message.id, of: tenant), message.room)
        case 14:
            guard let index = messages.indices.randomElement(using: &random) else { return }
            let message = messages.remove(at: index)
            noteInRoom(
                try await story.append(.deleted(room: message.room, by: nil, reason: nil), to: message.id, of: tenant),
                message.room
            )
        case 15:
            guard let message = messages.randomElement(using: &random) else { return }
            let stream = ReadStateID(user: user, room: message.room)
            let position = try await story.append(
                .markerMoved(user: user, room: message.room, message: message.id),
                to: stream,
                of: tenant
            )
            note(position, present.intersection([user]), message.room)
        case 16:
            let meter = random.pick(Meter.allCases)
            let position = try await story.append(
                .set(meter: meter, limit: MeterLimit(hard: 1), source: .plan),
                to: LimitsID(of: tenant),
                of: tenant
            )
            let administrators = present.filter { roles[$0] == .admin }
            facts.append(Fact(position: position, seers: administrators, room: nil, isForAdministrators: true))
        default:
            let id = MessageID()
            let event = MessageEvent.posted(
                room: room,
                author: user,
                body: Personal("b", of: user),
                mentions: [],
                thread: nil,
                attachments: nil,
                source: nil
            )
            noteInRoom(try await story.append(event, to: id, of: tenant), room)
            messages.append((id, room, user))
        }
    }
}
