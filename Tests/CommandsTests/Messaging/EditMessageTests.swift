import Commands
import EventStore
import Events
import Foundation
import Testing

struct EditMessageTests {
    let office = Office()

    func edit(
        _ body: String = "better",
        seq: Int64? = nil,
        policy: MessagingPolicy = MessagingPolicy(),
        mentioned: [UserID] = [],
        of message: Loaded<Message>? = nil,
        in room: Loaded<Room>? = nil,
        as caller: UserID? = nil,
        now: Timestamp = Office.noon
    ) throws(Refusal) -> Decision<MentionAnswer> {
        let editor = caller ?? office.bob
        let state = EditMessage.State(message: office.state(editor, message, in: room), mentioned: mentioned)
        return try EditMessage(message: office.message, seq: seq, body: body, policy: policy)
            .decide(state, for: office.caller(editor, now: now))
    }

    func edited(by editor: UserID, mentions: [UserID] = []) -> [MessageEvent] {
        let body = Personal("better", of: office.bob)
        return [.edited(room: office.room, editor: editor, body: body, mentions: mentions, source: nil)]
    }

    @Test func `authors edit, and mentions are found anew`() throws {
        let decision = try edit(mentioned: [office.ada, office.owner])
        #expect(decision.events(on: office.message) == edited(by: office.bob, mentions: [office.ada]))
        #expect(decision.answer.unreached == [office.owner])
    }

    @Test func `moderators and administrators edit, and the words stay the author's`() throws {
        #expect(try edit(as: office.ada).events(on: office.message) == edited(by: office.ada))
        #expect(try edit(as: office.admin).events(on: office.message) == edited(by: office.admin))
    }

    @Test func `other members do not, nor authors who have left`() {
        let cleo = UserID()
        let room = office.room(then: [.memberAdded(user: cleo, role: .member)])
        #expect(code(try edit(in: room, as: cleo)) == "message.not_author")
        #expect(code(try edit(in: office.room(then: [.memberRemoved(user: office.bob)]))) == "room.not_a_member")
    }

    @Test func `authors edit within the window, moderators after it`() {
        let policy = MessagingPolicy(editWindow: .seconds(60))
        let late = Timestamp("2026-11-22T12:01:00.000001Z")!
        #expect(code(try edit(policy: policy, now: Timestamp("2026-11-22T12:01:00Z")!)) == nil)
        #expect(code(try edit(policy: policy, now: late)) == "message.edit_window_over")
        #expect(code(try edit(policy: policy, as: office.ada, now: late)) == nil)
    }

    @Test func `the same body changes nothing`() throws {
        #expect(try edit("hello").isEmpty)
        #expect(try edit("better", of: office.message(then: edited(by: office.bob))).isEmpty)
    }

    @Test func `what is deleted is not edited`() {
        let deleted = office.message(then: [.deleted(room: office.room, by: office.bob, reason: nil)])
        #expect(code(try edit(of: deleted)) == "message.deleted")
    }

    @Test func `a range-delete takes what was posted before it, by number and author`() {
        func room(author: UserID?, at position: Position) -> Loaded<Room> {
            office.room(then: [.messagesRangeDeleted(from: 3, to: 5, author: author, reason: nil)], from: position - 3)
        }
        #expect(code(try edit(seq: 5, in: room(author: nil, at: 11))) == "message.deleted")
        #expect(code(try edit(seq: 5, in: room(author: office.bob, at: 11))) == "message.deleted")
        #expect(code(try edit(seq: 5, in: room(author: office.ada, at: 11))) == nil)
        #expect(code(try edit(seq: 6, in: room(author: nil, at: 11))) == nil)
        #expect(code(try edit(seq: 5, in: room(author: nil, at: 9))) == nil)
        #expect(code(try edit(seq: nil, in: room(author: nil, at: 11))) == nil)
    }

    @Test func `bodies obey the rules, and archived rooms stay as they are`() {
        #expect(code(try edit("")) == "message.body_empty")
        #expect(code(try edit(String(repeating: "x", count: 65_537))) == "message.body_too_long")
        #expect(code(try edit("\u{0}")) == "message.body_invalid")
        #expect(code(try edit(in: office.room(then: [.archived]))) == "room.archived")
    }

    @Test func `a message that one may not see is as if it were not there`() {
        #expect(code(try edit(in: office.room(.private), as: office.admin)) == "message.not_found")
        #expect(code(try edit(as: office.guest)) == "message.not_found")
        let state = EditMessage.State(
            message: MessageState(me: office.me(office.bob), message: office.stream(office.message), room: nil)
        )
        let edit = EditMessage(message: office.message, body: "better")
        #expect(code(try edit.decide(state, for: office.caller(office.bob))) == "message.not_found")
    }
}
