import Commands
import EventStore
import Events
import Foundation
import Testing

// Testing has an attachment too.
private typealias Attachment = Events.Attachment

struct PostMessageTests {
    let office = Office()

    private func post(
        _ body: String = "hello",
        thread: Loaded<Message>? = nil,
        attachments: [Attachment] = [],
        mentioned: [UserID] = [],
        in room: Loaded<Room>? = nil,
        existing: Loaded<Message>? = nil,
        as caller: UserID? = nil
    ) throws(Refusal) -> Decision<MentionAnswer> {
        let author = caller ?? office.bob
        let state = PostMessage.State(
            me: office.me(author),
            room: room ?? office.room(),
            message: existing ?? office.stream(office.message),
            root: thread,
            mentioned: mentioned
        )
        let post = PostMessage(
            message: office.message,
            room: office.room,
            body: body,
            thread: thread?.id,
            attachments: attachments
        )
        return try post.decide(state, for: office.caller(author))
    }

    @Test func `a member posts`() throws {
        let decision = try post()
        #expect(decision.events(on: office.message) == [office.posted("hello")])
        #expect(decision.answer.message == office.message)
    }

    @Test func `a stranger to a channel is refused, and a private room is not there for one`() {
        #expect(code(try post(as: office.admin)) == "room.not_a_member")
        #expect(code(try post(in: office.room(.private), as: office.admin)) == "room.not_found")
        #expect(code(try post(in: office.stream(office.room))) == "room.not_found")
    }

    @Test func `a guest posts where invited`() {
        let invited = office.room(then: [.memberAdded(user: office.guest, role: .member)])
        #expect(code(try post(in: invited, as: office.guest)) == nil)
        #expect(code(try post(as: office.guest)) == "room.not_found")
    }

    @Test func `who was removed posts no more`() {
        let left = office.room(then: [.memberRemoved(user: office.bob)])
        #expect(code(try post(in: left)) == "room.not_a_member")
    }

    @Test func `nothing is posted to an archived room`() {
        #expect(code(try post(in: office.room(then: [.archived]))) == "room.archived")
        #expect(code(try post(in: office.room(then: [.archived, .restored]))) == nil)
    }

    @Test func `a body has 1 to 65,536 bytes and no U+0000`() {
        #expect(code(try post("")) == "message.body_empty")
        #expect(code(try post(String(repeating: "ü", count: 32_768))) == nil)
        #expect(code(try post(String(repeating: "ü", count: 32_768) + "x")) == "message.body_too_long")
        #expect(code(try post("a\u{0}b")) == "message.body_invalid")
    }

    @Test func `with attachments a body may be empty`() throws {
        let event = try post("", attachments: [Attachment(name: "a.png", size: 3)]).events(on: office.message).first
        guard case .posted(_, _, _, _, _, let attachments, _) = event else {
            Issue.record("nothing was posted")
            return
        }
        #expect(attachments == PersonalAttachments([Attachment(name: "a.png", size: 3)], of: office.bob))
    }

    @Test func `attachments have names and are not too many`() {
        #expect(code(try post(attachments: [Attachment(name: "")])) == "message.attachments_invalid")
        #expect(code(try post(attachments: [Attachment(name: "a", size: -1)])) == "message.attachments_invalid")
        let many = (0..<51).map { Attachment(name: "\($0)") }
        #expect(code(try post(attachments: many)) == "message.attachments_invalid")
        #expect(code(try post(attachments: Array(many.dropLast()))) == nil)
    }

    @Test func `a thread's root is a message of the room that is no answer`() throws {
        let root = MessageID()
        let answered = office.stream(Message.self, root, [office.posted("root")])
        let event = try post(thread: answered).events(on: office.message)
        #expect(event == [office.posted("hello", thread: root)])
        #expect(code(try post(thread: office.stream(root))) == "message.thread_invalid")
        let elsewhere = office.stream(Message.self, root, [office.posted("root", in: RoomID())])
        #expect(code(try post(thread: elsewhere)) == "message.thread_invalid")
        let answer = office.stream(Message.self, root, [office.posted("root", thread: MessageID())])
        #expect(code(try post(thread: answer)) == "message.thread_invalid")
    }

    @Test func `members are mentioned, others are named as unreached`() throws {
        let decision = try post(mentioned: [office.admin, office.ada])
        guard case .posted(_, _, _, let mentions, _, _, _) = decision.events(on: office.message).first else {
            Issue.record("nothing was posted")
            return
        }
        #expect(mentions == [office.ada])
        #expect(decision.answer.mentions == [office.ada])
        #expect(decision.answer.unreached == [office.admin])
    }

    @Test func `posting the same again is done already, even once it was edited, deleted or the room archived`() throws
    {
        let edit = MessageEvent.edited(
            room: office.room,
            editor: office.bob,
            body: Personal("other", of: office.bob),
            mentions: [],
            source: nil
        )
        #expect(try post(existing: office.message()).isEmpty)
        #expect(try post(existing: office.message(then: [edit])).isEmpty)
        #expect(try post(existing: office.message(then: [.deleted(room: office.room, by: nil, reason: nil)])).isEmpty)
        #expect(try post(in: office.room(then: [.archived]), existing: office.message()).isEmpty)
    }

    @Test func `an identifier is not used for another message`() {
        #expect(code(try post("other", existing: office.message())) == "message.id_reused")
        #expect(code(try post(existing: office.message(), as: office.ada)) == "message.id_reused")
        let elsewhere = office.stream(Message.self, office.message, [office.posted("hello", in: RoomID())])
        #expect(code(try post(existing: elsewhere)) == "message.id_reused")
    }
}
