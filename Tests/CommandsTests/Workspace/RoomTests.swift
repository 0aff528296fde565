import Commands
import EventStore
import Events
import Foundation
import Testing

struct CreateRoomTests {
    let office = Office()

    func create(
        name: String = "general",
        topic: String? = nil,
        members: [Loaded<User>] = [],
        room: Loaded<Room>? = nil,
        as caller: UserID?
    ) throws(Refusal) -> Decision<CreateRoom.Answer> {
        let state = CreateRoom.State(
            me: caller.flatMap(office.me),
            room: room ?? office.stream(office.room),
            members: members
        )
        let create = CreateRoom(room: office.room, kind: .private, name: name, topic: topic, members: members.map(\.id))
        return try create.decide(state, for: caller.map { office.caller($0) } ?? office.system)
    }

    @Test func `who creates a room moderates it, and members are added once`() throws {
        let members = [office.bob, office.ada, office.bob].map { office.user($0) }
        let decision = try create(topic: "all", members: members, as: office.ada)
        #expect(
            decision.events(on: office.room) == [
                .created(kind: .private, name: "general", topic: "all", source: nil),
                .memberAdded(user: office.ada, role: .moderator), .memberAdded(user: office.bob, role: .member),
            ]
        )
        #expect(decision.answer.room == office.room)
    }

    @Test func `the system creates a room without being in it`() throws {
        #expect(try create(as: nil).events(on: office.room).count == 1)
    }

    @Test func `guests create none, and no room is created twice`() {
        #expect(code(try create(as: office.guest)) == "role.guest_not_allowed")
        #expect(code(try create(room: office.room(), as: office.ada)) == "room.exists")
    }

    @Test(arguments: ["", "\t", "a\u{0}", "a\u{1B}b", String(repeating: "x", count: 121)])
    func `what is no name is refused`(name: String) {
        #expect(code(try create(name: name, as: office.ada)) == "room.name_invalid")
    }

    @Test func `a topic is one line of at most 1,000 characters`() {
        #expect(code(try create(topic: "a\nb", as: office.ada)) == "room.topic_invalid")
        #expect(code(try create(topic: String(repeating: "ü", count: 1001), as: office.ada)) == "room.topic_invalid")
        #expect(code(try create(topic: String(repeating: "ü", count: 1000), as: office.ada)) == nil)
    }

    @Test func `who cannot be a member is refused by place`() throws {
        #expect(code(try create(members: [office.stream(office.bob)], as: office.ada)) == "room.user_unknown")
        #expect(code(try create(members: [office.user(office.auditor)], as: office.ada)) == "room.user_is_auditor")
        let gone = office.user(office.bob, then: [.deactivated])
        #expect(
            throws: Refusal(
                .conflict,
                "room.user_deactivated",
                "The user has been deactivated.",
                pointer: "/user_ids/1"
            )
        ) {
            try create(members: [office.user(office.guest), gone], as: office.ada)
        }
    }
}

struct ChangeRoomTests {
    let office = Office()

    func change(
        name: String? = nil,
        topic: String? = nil,
        _ room: Loaded<Room>? = nil,
        as caller: UserID
    ) throws(Refusal) -> Decision<Done> {
        let state = RoomState(me: office.me(caller), room: room ?? office.room())
        return try ChangeRoom(room: office.room, name: name, topic: topic).decide(state, for: office.caller(caller))
    }

    @Test func `only what differs is changed`() throws {
        let events = try change(name: "general", topic: "news", as: office.ada).events(on: office.room)
        #expect(events == [.changed(name: nil, topic: "news")])
        #expect(try change(name: "general", topic: "all and nothing", as: office.ada).isEmpty)
        #expect(try change(as: office.ada).isEmpty)
        #expect(try change(topic: "", as: office.ada).events(on: office.room) == [.changed(name: nil, topic: "")])
    }

    @Test func `moderators and administrators change a room, members do not`() {
        #expect(code(try change(name: "x", as: office.admin)) == nil)
        #expect(code(try change(name: "x", as: office.bob)) == "room.moderator_required")
    }

    @Test func `bad names and archived rooms are refused`() {
        #expect(code(try change(name: "", as: office.ada)) == "room.name_invalid")
        #expect(code(try change(topic: "\u{7}", as: office.ada)) == "room.topic_invalid")
        #expect(code(try change(name: "x", office.room(then: [.archived]), as: office.ada)) == "room.archived")
    }

    @Test func `a room that one may not see is as if it were not there`() {
        let absent: Loaded<Room> = office.stream(office.room)
        #expect(code(try change(name: "x", absent, as: office.admin)) == "room.not_found")
        #expect(code(try change(name: "x", office.room(.private), as: office.admin)) == "room.not_found")
        #expect(code(try change(name: "x", office.room(.channel), as: office.guest)) == "room.not_found")
    }
}

struct ArchiveRoomTests {
    let office = Office()

    @Test func `a room is archived and restored, each once`() throws {
        let caller = office.caller(office.ada)
        let open = RoomState(me: office.me(office.ada), room: office.room())
        let archived = RoomState(me: office.me(office.ada), room: office.room(then: [.archived]))
        let restored = RoomState(me: office.me(office.ada), room: office.room(then: [.archived, .restored]))
        #expect(try ArchiveRoom(room: office.room).decide(open, for: caller).events(on: office.room) == [.archived])
        #expect(try ArchiveRoom(room: office.room).decide(archived, for: caller).isEmpty)
        #expect(try RestoreRoom(room: office.room).decide(archived, for: caller).events(on: office.room) == [.restored])
        #expect(try RestoreRoom(room: office.room).decide(restored, for: caller).isEmpty)
    }

    @Test func `members do neither`() {
        let state = RoomState(me: office.me(office.bob), room: office.room())
        let caller = office.caller(office.bob)
        #expect(code(try ArchiveRoom(room: office.room).decide(state, for: caller)) == "room.moderator_required")
        #expect(code(try RestoreRoom(room: office.room).decide(state, for: caller)) == "room.moderator_required")
    }
}

struct MemberTests {
    let office = Office()
    let cleo = UserID()

    func add(
        _ users: [Loaded<User>],
        to room: Loaded<Room>? = nil,
        as caller: UserID?
    ) throws(Refusal) -> Decision<Done> {
        let state = AddMembers.State(me: caller.flatMap(office.me), room: room ?? office.room(), users: users)
        let add = AddMembers(room: office.room, users: users.map(\.id))
        return try add.decide(state, for: caller.map { office.caller($0) } ?? office.integration)
    }

    func remove(_ user: UserID, _ room: Loaded<Room>? = nil, as caller: UserID) throws(Refusal) -> Decision<Done> {
        let state = RoomState(me: office.me(caller), room: room ?? office.room())
        return try RemoveMember(room: office.room, user: user).decide(state, for: office.caller(caller))
    }

    @Test func `a member adds others, who are in it once`() throws {
        let users = [cleo, office.ada, cleo, office.guest].map { office.user($0) }
        #expect(
            try add(users, as: office.bob).events(on: office.room) == [
                .memberAdded(user: cleo, role: .member), .memberAdded(user: office.guest, role: .member),
            ]
        )
        #expect(try add([office.user(office.ada)], as: office.bob).isEmpty)
    }

    @Test func `anyone but a guest joins a channel alone`() throws {
        #expect(
            try add([office.user(cleo)], as: cleo).events(on: office.room) == [.memberAdded(user: cleo, role: .member)]
        )
        #expect(code(try add([office.user(office.guest)], as: office.guest)) == "room.not_found")
        #expect(code(try add([office.user(cleo)], to: office.room(.private), as: cleo)) == "room.not_found")
    }

    @Test func `strangers and guests add nobody`() {
        #expect(code(try add([office.user(office.admin)], as: cleo)) == "room.not_a_member")
        let withGuest = office.room(then: [.memberAdded(user: office.guest, role: .member)])
        #expect(code(try add([office.user(cleo)], to: withGuest, as: office.guest)) == "role.guest_not_allowed")
    }

    @Test func `administrators and integrations add to a channel`() {
        #expect(code(try add([office.user(cleo)], as: office.admin)) == nil)
        #expect(code(try add([office.user(cleo)], to: office.room(.private), as: nil)) == nil)
    }

    @Test func `500 are added at once and not one more`() throws {
        let many = (0..<501).map { _ in office.user(UserID(), .member) }
        #expect(try add(Array(many.dropLast()), as: office.bob).items.count == 500)
        #expect(code(try add(many, as: office.bob)) == "room.too_many_users")
    }

    @Test func `who is unknown, gone or an auditor is not added, and nobody to an archived room`() {
        #expect(code(try add([office.stream(cleo)], as: office.bob)) == "room.user_unknown")
        #expect(
            code(try add([office.user(cleo, .member, then: [.deactivated])], as: office.bob)) == "room.user_deactivated"
        )
        #expect(code(try add([office.user(office.auditor)], as: office.bob)) == "room.user_is_auditor")
        #expect(
            code(try add([office.user(cleo)], to: office.room(then: [.archived]), as: office.bob)) == "room.archived"
        )
    }

    @Test func `members leave, also an archived room, and moderators remove`() throws {
        let removed = [RoomEvent.memberRemoved(user: office.bob)]
        #expect(try remove(office.bob, as: office.bob).events(on: office.room) == removed)
        #expect(
            try remove(office.bob, office.room(then: [.archived]), as: office.bob).events(on: office.room) == removed
        )
        #expect(try remove(office.bob, as: office.ada).events(on: office.room) == removed)
        #expect(code(try remove(office.ada, as: office.bob)) == "room.moderator_required")
        #expect(try remove(cleo, as: office.ada).isEmpty)
    }

    @Test func `moderators are made by moderators`() throws {
        func change(_ user: UserID, to role: RoomRole, as caller: UserID) throws(Refusal) -> Decision<Done> {
            let state = RoomState(me: office.me(caller), room: office.room())
            return try ChangeMemberRole(room: office.room, user: user, role: role).decide(
                state,
                for: office.caller(caller)
            )
        }
        let events = try change(office.bob, to: .moderator, as: office.ada).events(on: office.room)
        #expect(events == [.memberRoleChanged(user: office.bob, role: .moderator)])
        #expect(try change(office.bob, to: .member, as: office.ada).isEmpty)
        #expect(code(try change(office.ada, to: .member, as: office.bob)) == "room.moderator_required")
        #expect(code(try change(cleo, to: .member, as: office.ada)) == "room.member_not_found")
    }
}
