import Commands
import EventStore
import Events
import Foundation
import Testing

struct RenameUserTests {
    let office = Office()

    func rename(_ user: UserID, to name: String, as caller: UserID) throws(Refusal) -> Decision<Done> {
        let state = RenameUser.State(me: office.me(caller), user: office.user(user))
        return try RenameUser(user: user, name: name).decide(state, for: office.caller(caller))
    }

    @Test func `users name themselves`() throws {
        let decision = try rename(office.guest, to: "Grace", as: office.guest)
        #expect(decision.events(on: office.guest) == [.profileChanged(name: Personal("Grace", of: office.guest))])
    }

    @Test func `administrators name anyone, others nobody else`() {
        #expect(code(try rename(office.ada, to: "Grace", as: office.admin)) == nil)
        #expect(code(try rename(office.ada, to: "Grace", as: office.bob)) == "role.administrator_required")
    }

    @Test func `the same name changes nothing`() throws {
        #expect(try rename(office.ada, to: "Ada", as: office.ada).isEmpty)
    }

    @Test func `a name of spaces is refused, and so is one for nobody`() throws {
        #expect(code(try rename(office.ada, to: " ", as: office.ada)) == "user.name_invalid")
        let nobody = RenameUser.State(me: office.me(office.admin), user: office.stream(User.self, office.ada))
        let rename = RenameUser(user: office.ada, name: "Grace")
        #expect(code(try rename.decide(nobody, for: office.caller(office.admin))) == "user.not_found")
    }
}

struct ChangeUserRoleTests {
    let office = Office()

    func change(
        _ user: Loaded<User>,
        to role: Role,
        as caller: UserID? = nil
    ) throws(Refusal) -> Decision<Done> {
        let state = ChangeUserRole.State(me: caller.flatMap(office.me), user: user)
        return try ChangeUserRole(user: user.id, role: role).decide(
            state,
            for: caller.map { office.caller($0) } ?? office.system
        )
    }

    @Test func `an administrator makes a member a guest`() throws {
        let decision = try change(office.user(office.ada), to: .guest, as: office.admin)
        #expect(decision.events(on: office.ada) == [.roleChanged(role: .guest)])
        #expect(decision.counters.isEmpty)
    }

    @Test func `members change no roles, not even their own`() {
        #expect(code(try change(office.user(office.ada), to: .admin, as: office.ada)) == "role.administrator_required")
    }

    @Test func `owners are made and unmade by owners, and counted`() throws {
        #expect(code(try change(office.user(office.admin), to: .owner, as: office.admin)) == "role.owner_required")
        #expect(code(try change(office.user(office.owner), to: .member, as: office.admin)) == "role.owner_required")
        let made = try change(office.user(office.ada), to: .owner, as: office.owner)
        #expect(made.counters.map(\.operation) == [.add(-1, max: .max)])
        let unmade = try change(office.user(office.owner), to: .member, as: office.owner)
        #expect(unmade.counters.map(\.operation) == [.add(1, max: -1)])
    }

    @Test func `an owner who is not active does not count`() throws {
        let gone = office.user(UserID(), .owner, then: [.deactivated])
        let decision = try change(gone, to: .member, as: office.owner)
        #expect(decision.events(on: gone.id) == [.roleChanged(role: .member)])
        #expect(decision.counters.isEmpty)
    }

    @Test func `the same role changes nothing`() throws {
        #expect(try change(office.user(office.ada), to: .member).isEmpty)
        #expect(code(try change(office.stream(User.self, office.ada), to: .member)) == "user.not_found")
    }
}

struct DeactivateUserTests {
    let office = Office()

    func deactivate(_ user: Loaded<User>, as caller: UserID) throws(Refusal) -> Decision<Done> {
        let state = DeactivateUser.State(me: office.me(caller), user: user)
        return try DeactivateUser(user: user.id).decide(state, for: office.caller(caller))
    }

    func reactivate(_ user: Loaded<User>, as caller: UserID) throws(Refusal) -> Decision<Done> {
        let state = ReactivateUser.State(me: office.me(caller), user: user)
        return try ReactivateUser(user: user.id).decide(state, for: office.caller(caller))
    }

    @Test func `an administrator deactivates a member, once`() throws {
        #expect(try deactivate(office.user(office.ada), as: office.admin).events(on: office.ada) == [.deactivated])
        #expect(try deactivate(office.user(office.ada, then: [.deactivated]), as: office.admin).isEmpty)
        #expect(code(try deactivate(office.user(office.ada), as: office.bob)) == "role.administrator_required")
        #expect(code(try deactivate(office.stream(office.ada), as: office.admin)) == "user.not_found")
    }

    @Test func `an owner is deactivated by an owner, and counted`() throws {
        #expect(code(try deactivate(office.user(office.owner), as: office.admin)) == "role.owner_required")
        let decision = try deactivate(office.user(office.owner), as: office.owner)
        #expect(decision.moves(of: Owners.counter(of: office.tenant)) == [.add(1, max: -1)])
    }

    @Test func `a deactivated user comes back, once`() throws {
        let gone = office.user(office.ada, then: [.deactivated])
        #expect(try reactivate(gone, as: office.admin).events(on: office.ada) == [.reactivated])
        #expect(try reactivate(office.user(office.ada), as: office.admin).isEmpty)
        #expect(code(try reactivate(gone, as: office.bob)) == "role.administrator_required")
    }

    @Test func `an owner comes back by an owner, and counts again`() throws {
        let gone = office.user(UserID(), .owner, then: [.deactivated])
        #expect(code(try reactivate(gone, as: office.admin)) == "role.owner_required")
        let decision = try reactivate(gone, as: office.owner)
        #expect(decision.moves(of: Owners.counter(of: office.tenant)) == [.add(-1, max: .max)])
    }
}
