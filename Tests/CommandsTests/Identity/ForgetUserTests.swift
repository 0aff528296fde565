import Commands
import EventStore
import Events
import Foundation
import Testing

struct ForgetUserTests {
    let office = Office()

    func forget(_ user: Loaded<User>, as caller: UserID?) throws(Refusal) -> Decision<Done> {
        let state = ForgetUser.State(me: caller.flatMap(office.me), user: user)
        return try ForgetUser(user: user.id, reason: .personAsked)
            .decide(state, for: caller.map { office.caller($0) } ?? office.system)
    }

    func forgotten(_ id: UserID, _ role: Role = .member) -> Loaded<User> {
        office.user(id, role, then: [.deactivated, event(id)])
    }

    func event(_ id: UserID, by: UserID? = nil) -> UserEvent {
        .forgotten(by: by, reason: .personAsked, key: SubjectKey(of: id))
    }

    @Test func `an administrator has a deactivated member forgotten, once`() throws {
        let gone = office.user(office.ada, then: [.deactivated])
        #expect(
            try forget(gone, as: office.admin).events(on: office.ada) == [event(office.ada, by: office.admin)]
        )
        #expect(try forget(forgotten(office.ada), as: office.admin).isEmpty)
    }

    @Test func `an operator does it in nobody's name`() throws {
        let gone = office.user(office.ada, then: [.deactivated])
        #expect(try forget(gone, as: nil).events(on: office.ada) == [event(office.ada)])
    }

    @Test func `whoever is active is not forgotten, so neither are oneself and the last owner`() {
        #expect(code(try forget(office.user(office.ada), as: office.admin)) == "user.still_active")
        #expect(code(try forget(office.user(office.owner), as: office.owner)) == "user.still_active")
        #expect(code(try forget(office.user(office.owner), as: nil)) == "user.still_active")
    }

    @Test func `members forget nobody, and administrators no owner`() {
        let gone = office.user(office.ada, then: [.deactivated])
        #expect(code(try forget(gone, as: office.bob)) == "role.administrator_required")
        let owner = office.user(UserID(), .owner, then: [.deactivated])
        #expect(code(try forget(owner, as: office.admin)) == "role.owner_required")
        #expect(code(try forget(office.stream(office.ada), as: office.admin)) == "user.not_found")
    }

    @Test func `nothing happens to a forgotten user any more`() throws {
        let ada = forgotten(office.ada)
        let state = UserState(me: office.me(office.owner), user: ada)
        let owner = office.caller(office.owner)
        #expect(code(try ReactivateUser(user: ada.id).decide(state, for: owner)) == "user.forgotten")
        #expect(code(try RenameUser(user: ada.id, name: "Ada").decide(state, for: owner)) == "user.forgotten")
        #expect(code(try ChangeUserRole(user: ada.id, role: .guest).decide(state, for: owner)) == "user.forgotten")
        #expect(try DeactivateUser(user: ada.id).decide(state, for: owner).isEmpty)
    }

    @Test func `the identifier and the handle stay taken`() async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            try await desk.run(DeactivateUser(user: ada), as: desk.owner)
            try await desk.run(ForgetUser(user: ada, reason: .lawDemanded), as: desk.owner)
            let events = try await desk.events(of: ada)
            guard case .user(_, .forgotten(desk.owner, .lawDemanded, let key)) = events.last?.event else {
                Issue.record("\(events)")
                return
            }
            let keyring = desk.handler.codec.keyring
            #expect(try await keyring.current(of: ada.uuid, in: desk.tenant.id)?.id == key.id)
            #expect(key.id != nil && key.subject == ada)
            #expect(
                try await desk.code(AddUser(user: UserID(), handle: "ada", name: "Ada")) == "user.handle_taken"
            )
            #expect(try await desk.code(AddUser(user: ada, handle: "new", name: "Ada")) == "user.exists")
        }
    }

    @Test func `nobody says anything in their name, from whatever process`() async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            let room = try await desk.makeRoom([ada])
            let message = try await desk.post(in: room, as: ada)
            let elsewhere = desk.another()
            try await desk.run(EditMessage(message: message, body: "by a moderator"), as: desk.owner, by: elsewhere)
            try await desk.run(DeactivateUser(user: ada), as: desk.owner)
            try await desk.run(ForgetUser(user: ada, reason: .personAsked), as: desk.owner)
            let edit = EditMessage(message: message, body: "once more")
            #expect(try await desk.code(edit, as: desk.owner, by: elsewhere) == "message.author_forgotten")
            #expect(try await desk.code(DeleteMessage(message: message), as: desk.owner) == nil)
        }
    }
}
