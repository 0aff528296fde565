import Commands
import EventStore
import Events
import Foundation
import Testing

struct StandingTests {
    let office = Office()

    func archive(as caller: Caller, _ me: Loaded<User>?) throws(Refusal) -> Decision<Done> {
        try ArchiveRoom(room: office.room).decide(RoomState(me: me, room: office.room()), for: caller)
    }

    @Test func `someone who is no user of the tenant is refused`() {
        let stranger = UserID()
        #expect(
            code(try archive(as: office.caller(stranger), office.stream(User.self, stranger))) == "user.not_in_tenant"
        )
        #expect(code(try archive(as: office.caller(stranger), nil)) == "user.not_in_tenant")
    }

    @Test func `a deactivated user is refused, and a reactivated one is not`() {
        let gone = office.user(office.ada, then: [.deactivated])
        #expect(code(try archive(as: office.caller(office.ada), gone)) == "user.deactivated")
        let back = office.user(office.ada, then: [.deactivated, .reactivated])
        #expect(code(try archive(as: office.caller(office.ada), back)) == nil)
    }

    @Test func `an auditor reads and nothing else`() {
        #expect(
            code(try archive(as: office.caller(office.auditor), office.me(office.auditor))) == "role.auditor_reads_only"
        )
    }

    @Test func `an integration on a user's behalf has that user's rights`() {
        var caller = office.integration
        caller.user = office.bob
        #expect(code(try archive(as: caller, office.me(office.bob))) == "room.moderator_required")
        #expect(code(try archive(as: office.integration, nil)) == nil)
    }

    @Test func `what only a person does is refused to nobody in particular`() {
        let state = PostMessage.State(me: nil, room: office.room(), message: office.stream(office.message))
        let post = PostMessage(message: office.message, room: office.room, body: "hello")
        #expect(code(try post.decide(state, for: office.system)) == "caller.user_required")
    }
}
