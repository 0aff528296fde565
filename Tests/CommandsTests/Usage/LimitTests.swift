import Commands
import EventStore
import Events
import Foundation
import Testing

@Suite(.timeLimit(.minutes(20)))
struct LimitTests {
    @Test func `a refusal says which limit it is, how far it is used and when it ends`() async throws {
        try await Desk.run { (desk) async throws in
            let room = try await desk.makeRoom()
            try await desk.limit(.messages, to: 0)
            let limit = try await desk.reached(by: PostMessage(message: MessageID(), room: room, body: "x"))
            let end = Month(of: .now).end
            #expect(limit == ReachedLimit(meter: .messages, limit: 0, used: 0, periodEnd: end))
            try await desk.limit(.rooms, to: 1)
            let rooms = try await desk.reached(by: CreateRoom(room: RoomID(), kind: .channel, name: "x"))
            #expect(rooms == ReachedLimit(meter: .rooms, limit: 1, used: 1, periodEnd: nil))
        }
    }

    @Test func `a new month begins at nothing`() async throws {
        try await Desk.run { (desk) async throws in
            let room = try await desk.makeRoom()
            try await desk.limit(.messages, to: 1)
            let (november, december) = (Month("2026-11")!, Month("2026-12")!)
            let last = Timestamp(microseconds: november.end.microseconds - 1)
            #expect(try await desk.post(in: room, at: november.start) == nil)
            #expect(try await desk.post(in: room, at: last) == "limit.reached")
            #expect(try await desk.post(in: room, at: november.end) == nil)
            #expect(try await desk.post(in: room, at: november.end) == "limit.reached")
            #expect(try await desk.used(.messages, in: november) == 1)
            #expect(try await desk.used(.messages, in: december) == 1)
        }
    }

    @Test func `archiving a room gives its unit back, once`() async throws {
        try await Desk.run { (desk) async throws in
            let room = try await desk.makeRoom()
            try await desk.limit(.rooms, to: 1)
            try await desk.run(ArchiveRoom(room: room), as: desk.owner)
            try await desk.run(ArchiveRoom(room: room), as: desk.owner)
            #expect(try await desk.used(.rooms) == 0)
            _ = try await desk.makeRoom()
            #expect(try await desk.code(RestoreRoom(room: room), as: desk.owner) == "limit.reached")
            #expect(try await desk.used(.rooms) == 1)
        }
    }

    @Test func `deactivating a user gives the unit back, once`() async throws {
        try await Desk.run { (desk) async throws in
            let ada = try await desk.addUser("ada")
            try await desk.limit(.users, to: 2)
            try await desk.run(DeactivateUser(user: ada))
            try await desk.run(DeactivateUser(user: ada))
            #expect(try await desk.used(.users) == 1)
            _ = try await desk.addUser("bob")
            #expect(try await desk.code(ReactivateUser(user: ada)) == "limit.reached")
            try await desk.limit(.users, to: 3)
            try await desk.run(ReactivateUser(user: ada))
            try await desk.run(ReactivateUser(user: ada))
            #expect(try await desk.used(.users) == 3)
        }
    }

    @Test func `a key is not bound to the refusal, and a message is counted once for its key`() async throws {
        try await Desk.run { (desk) async throws in
            let room = try await desk.makeRoom()
            try await desk.limit(.messages, to: 0)
            let post = PostMessage(message: MessageID(), room: room, body: "x")
            #expect(try await desk.code(post, as: desk.owner, key: "k") == "limit.reached")
            try await desk.limit(.messages, to: 1)
            #expect(try await desk.code(post, as: desk.owner, key: "k") == nil)
            #expect(try await desk.code(post, as: desk.owner, key: "k") == nil)
            #expect(try await desk.code(post, as: desk.owner) == nil)
            #expect(try await desk.used(.messages) == 1)
        }
    }

    @Test func `a limit holds in processes that knew another`() async throws {
        try await Desk.run { (desk) async throws in
            let room = try await desk.makeRoom()
            let other = desk.another()
            let post = { PostMessage(message: MessageID(), room: room, body: "x") }
            #expect(try await desk.code(post(), as: desk.owner, by: other) == nil)
            try await desk.limit(.messages, to: 1)
            #expect(try await desk.code(post(), as: desk.owner, by: other) == "limit.reached")
            try await desk.limit(.messages, to: nil)
            #expect(try await desk.code(post(), as: desk.owner, by: other) == nil)
        }
    }

    @Test func `setting what is set changes nothing, and only the system sets it`() async throws {
        try await Desk.run { (desk) async throws in
            let set = SetLimit(meter: .rooms, limit: MeterLimit(hard: 5, soft: 4), source: .plan)
            try await desk.run(set)
            try await desk.run(set)
            #expect(try await desk.events(of: LimitsID(of: desk.tenant)).count == 1)
            #expect(try await desk.code(set, as: desk.owner) == "limit.not_yours")
            let bad = [MeterLimit(hard: -1), MeterLimit(soft: -1), MeterLimit(hard: 1, soft: 2)]
            for limit in bad {
                #expect(try await desk.code(SetLimit(meter: .rooms, limit: limit, source: .plan)) == "limit.invalid")
            }
        }
    }

    @Test func `owners may allow themselves less, not more`() async throws {
        try await Desk.run { (desk) async throws in
            let admin = try await desk.addUser("admin", role: .admin)
            let own = { SetOwnLimit(meter: .users, limit: MeterLimit(hard: $0)) }
            try await desk.limit(.users, to: 3)
            #expect(try await desk.code(own(2), as: admin) == "role.owner_required")
            #expect(try await desk.code(own(4), as: desk.owner) == "limit.above_granted")
            #expect(try await desk.code(own(2), as: desk.owner) == nil)
            #expect(try await desk.code(AddUser(user: UserID(), handle: "ada", name: "Ada")) == "limit.reached")
            // What operators take away holds at once, though the tenant's own was higher.
            #expect(try await desk.code(own(3), as: desk.owner) == nil)
            try await desk.limit(.users, to: 2)
            #expect(try await desk.code(AddUser(user: UserID(), handle: "ada", name: "Ada")) == "limit.reached")
        }
    }
}

extension Desk {
    /// The code with which a post at a time is refused; nil if it is not.
    fileprivate func post(in room: RoomID, at now: Timestamp) async throws -> String? {
        let caller = Caller(tenant: tenant, actor: .user(owner), user: owner, now: now)
        let post = PostMessage(message: MessageID(), room: room, body: "x")
        do {
            _ = try await handler.handle(post, in: CommandContext(caller: caller))
            return nil
        } catch .refused(let refusal) {
            return refusal.code
        }
    }

    fileprivate func reached<C: Command>(by command: C) async throws -> ReachedLimit? {
        do {
            try await run(command, as: owner)
            return nil
        } catch CommandError.refused(let refusal) {
            return refusal.limit
        }
    }
}
