import Commands
import EventStore
import Events
import Foundation
import Testing

struct DeleteMessageTests {
    let office = Office()

    func delete(
        seq: Int64? = nil,
        reason: String? = nil,
        _ message: Loaded<Message>? = nil,
        in room: Loaded<Room>? = nil,
        policy: MessagingPolicy = MessagingPolicy(),
        as caller: UserID,
        now: Timestamp = Office.noon
    ) throws(Refusal) -> Decision<Done> {
        try DeleteMessage(message: office.message, seq: seq, reason: reason, policy: policy)
            .decide(office.state(caller, message, in: room), for: office.caller(caller, now: now))
    }

    @Test func `authors delete within the window and while they are in the room, moderators at any time`() {
        let policy = MessagingPolicy(editWindow: .seconds(60))
        let late = Timestamp("2026-11-22T12:01:00.000001Z")!
        #expect(code(try delete(policy: policy, as: office.bob, now: Timestamp("2026-11-22T12:01:00Z")!)) == nil)
        #expect(code(try delete(policy: policy, as: office.bob, now: late)) == "message.edit_window_over")
        #expect(code(try delete(policy: policy, as: office.ada, now: late)) == nil)
        let left = office.room(then: [.memberRemoved(user: office.bob)])
        #expect(code(try delete(in: left, as: office.bob)) == "room.not_a_member")
    }

    @Test func `authors, moderators and administrators delete`() throws {
        for caller in [office.bob, office.ada, office.admin] {
            let decision = try delete(reason: "spam", as: caller)
            #expect(decision.events(on: office.message) == [.deleted(room: office.room, by: caller, reason: "spam")])
        }
    }

    @Test func `others do not, and outside a private room there is nothing to delete`() {
        let cleo = UserID()
        #expect(code(try delete(as: cleo)) == "message.not_author")
        #expect(code(try delete(in: office.room(.private), as: cleo)) == "message.not_found")
    }

    @Test func `what is deleted stays deleted`() throws {
        let deleted = office.message(then: [.deleted(room: office.room, by: office.bob, reason: nil)])
        #expect(try delete(deleted, as: office.bob).isEmpty)
        let room = office.room(then: [.messagesRangeDeleted(from: 1, to: 9, author: nil, reason: nil)], from: 20)
        #expect(try delete(seq: 4, in: room, as: office.bob).isEmpty)
    }

    @Test func `a message can be taken out of an archived room`() throws {
        #expect(try !delete(in: office.room(then: [.archived]), as: office.bob).isEmpty)
    }

    @Test func `a reason is one line`() {
        #expect(code(try delete(reason: "a\nb", as: office.bob)) == "reason.invalid")
    }
}

struct RangeDeleteTests {
    let office = Office()

    func delete(
        _ from: Int64,
        _ to: Int64,
        author: UserID? = nil,
        reason: String? = nil,
        as caller: UserID
    ) throws(Refusal) -> Decision<Done> {
        try RangeDelete(room: office.room, from: from, to: to, author: author, reason: reason)
            .decide(RoomState(me: office.me(caller), room: office.room()), for: office.caller(caller))
    }

    @Test func `moderators and administrators delete ranges, members do not`() throws {
        let expected = [RoomEvent.messagesRangeDeleted(from: 3, to: 5, author: office.bob, reason: "spam")]
        #expect(
            try delete(3, 5, author: office.bob, reason: "spam", as: office.ada).events(on: office.room) == expected
        )
        #expect(code(try delete(3, 5, as: office.admin)) == nil)
        #expect(code(try delete(3, 5, as: office.bob)) == "room.moderator_required")
    }

    @Test func `a range has 1 to 10,000 numbers from 1 on`() {
        #expect(code(try delete(1, 10_000, as: office.ada)) == nil)
        #expect(code(try delete(7, 7, as: office.ada)) == nil)
        for (from, to) in [(0, 5), (5, 4), (1, 10_001), (1, Int64.max), (Int64.min, Int64.max)] as [(Int64, Int64)] {
            #expect(code(try delete(from, to, as: office.ada)) == "range.invalid")
        }
    }

    @Test func `a reason is at most 1,000 characters`() {
        #expect(code(try delete(1, 2, reason: String(repeating: "x", count: 1001), as: office.ada)) == "reason.invalid")
    }
}
