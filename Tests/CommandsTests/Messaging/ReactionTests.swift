import Commands
import EventStore
import Events
import Foundation
import Testing

struct ReactionTests {
    let office = Office()

    func add(
        _ emoji: String = "👍",
        seq: Int64? = nil,
        to message: Loaded<Message>? = nil,
        in room: Loaded<Room>? = nil,
        as caller: UserID? = nil
    ) throws(Refusal) -> Decision<Done> {
        let user = caller ?? office.ada
        return try AddReaction(message: office.message, seq: seq, emoji: emoji)
            .decide(office.state(user, message, in: room), for: office.caller(user))
    }

    func takeBack(
        _ emoji: String = "👍",
        seq: Int64? = nil,
        from message: Loaded<Message>
    ) throws(Refusal) -> Decision<Done> {
        try RemoveReaction(message: office.message, seq: seq, emoji: emoji)
            .decide(office.state(office.ada, message), for: office.caller(office.ada))
    }

    var thumb: MessageEvent { .reactionAdded(room: office.room, user: office.ada, emoji: "👍", source: nil) }
    var taken: MessageEvent { .reactionRemoved(room: office.room, user: office.ada, emoji: "👍") }

    @Test func `a member reacts, and twice is once`() throws {
        #expect(try add().events(on: office.message) == [thumb])
        #expect(try add(to: office.message(then: [thumb])).isEmpty)
        #expect(try add(to: office.message(then: [thumb, taken])).events(on: office.message) == [thumb])
        #expect(try !add("🎉", to: office.message(then: [thumb])).isEmpty)
    }

    @Test func `a reaction is taken back, once`() throws {
        #expect(try takeBack(from: office.message(then: [thumb])).events(on: office.message) == [taken])
        #expect(try takeBack(from: office.message()).isEmpty)
        #expect(
            try takeBack(from: office.message(then: [thumb, .deleted(room: office.room, by: nil, reason: nil)])).isEmpty
        )
    }

    @Test func `only members react`() {
        #expect(code(try add(as: office.admin)) == "room.not_a_member")
        #expect(code(try add(in: office.room(.private), as: office.admin)) == "message.not_found")
    }

    @Test(arguments: ["", " ", "a b", "a\u{0}", "\u{200A}", String(repeating: "a", count: 65)])
    func `what is no emoji is refused`(emoji: String) {
        #expect(code(try add(emoji)) == "reaction.emoji_invalid")
        #expect(code(try takeBack(emoji, from: office.message())) == "reaction.emoji_invalid")
    }

    @Test(arguments: ["👩‍👩‍👧‍👦", "thumbsup", ":party_parrot:", String(repeating: "a", count: 64)])
    func `what is an emoji is taken`(emoji: String) {
        #expect(code(try add(emoji)) == nil)
    }

    @Test func `nobody reacts to what is deleted or archived`() {
        #expect(
            code(try add(to: office.message(then: [.deleted(room: office.room, by: nil, reason: nil)])))
                == "message.deleted"
        )
        let ranged = office.room(then: [.messagesRangeDeleted(from: 1, to: 9, author: nil, reason: nil)], from: 20)
        #expect(code(try add(seq: 4, in: ranged)) == "message.deleted")
        #expect(code(try add(in: office.room(then: [.archived]))) == "room.archived")
    }
}

struct MoveReadMarkerTests {
    let office = Office()

    func move(
        marker: MessageID? = nil,
        _ message: Loaded<Message>? = nil,
        in room: Loaded<Room>? = nil,
        as caller: UserID? = nil
    ) throws(Refusal) -> Decision<Done> {
        let user = caller ?? office.bob
        let id = ReadStateID(user: user, room: office.room)
        let state = MoveReadMarker.State(
            me: office.me(user),
            room: room ?? office.room(),
            message: message ?? office.message(),
            marker: office.stream(
                ReadState.self,
                id,
                marker.map { [.markerMoved(user: user, room: office.room, message: $0)] } ?? []
            )
        )
        return try MoveReadMarker(room: office.room, message: office.message).decide(state, for: office.caller(user))
    }

    @Test func `a member's marker moves, and stays where it is`() throws {
        let moved = ReadStateEvent.markerMoved(user: office.bob, room: office.room, message: office.message)
        #expect(try move().events(on: ReadStateID(user: office.bob, room: office.room)) == [moved])
        #expect(try !move(marker: MessageID()).isEmpty)
        #expect(try move(marker: office.message).isEmpty)
    }

    @Test func `reading on in an archived room is fine`() throws {
        #expect(try !move(in: office.room(then: [.archived])).isEmpty)
    }

    @Test func `strangers have no marker, and it stands at a message of the room`() {
        #expect(code(try move(as: office.admin)) == "room.not_a_member")
        #expect(code(try move(in: office.room(.private), as: office.admin)) == "room.not_found")
        #expect(code(try move(office.stream(office.message))) == "message.not_found")
        let elsewhere = office.stream(Message.self, office.message, [office.posted("hello", in: RoomID())])
        #expect(code(try move(elsewhere)) == "message.not_found")
    }
}
