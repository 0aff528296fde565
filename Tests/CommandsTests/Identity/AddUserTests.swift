import Commands
import EventStore
import Events
import Foundation
import Testing

struct AddUserTests {
    let office = Office()
    let cleo = UserID()

    func decide(
        handle: String = "cleo",
        name: String = "Cleo",
        role: Role = .member,
        as caller: Caller,
        me: UserID? = nil,
        existing: Loaded<User>? = nil,
        handleOwner: UserID? = nil
    ) throws(Refusal) -> Decision<AddUser.Answer> {
        let id = Handle.normalized(handle).map { HandleID(tenant: office.tenant, handle: $0) }
        let state = AddUser.State(
            me: me.flatMap(office.me),
            user: existing ?? office.stream(User.self, cleo),
            handle: id.map { office.stream(Handle.self, $0, handleOwner.map { [.taken(user: $0)] } ?? []) }
        )
        return try AddUser(user: cleo, handle: handle, name: name, role: role).decide(state, for: caller)
    }

    @Test func `an administrator adds a user, who takes the handle in lower case`() throws {
        let decision = try decide(handle: "Cleo.P", as: office.caller(office.admin), me: office.admin)
        let joined = UserEvent.joined(
            handle: Personal("cleo.p", of: cleo),
            name: Personal("Cleo", of: cleo),
            kind: .person,
            role: .member,
            source: nil
        )
        #expect(decision.events(on: cleo) == [joined])
        #expect(decision.events(on: HandleID(tenant: office.tenant, handle: "cleo.p")) == [.taken(user: cleo)])
        #expect(decision.answer.user == cleo)
        #expect(decision.moves(of: Owners.counter(of: office.tenant)).isEmpty)
    }

    @Test func `the system and integrations add users`() throws {
        #expect(try decide(as: office.system).items.count == 2)
        #expect(try decide(as: office.integration).items.count == 2)
    }

    @Test func `a member may not`() {
        #expect(code(try decide(as: office.caller(office.ada), me: office.ada)) == "role.administrator_required")
    }

    @Test func `an integration for a member may do what the member may`() {
        var caller = office.integration
        caller.user = office.ada
        #expect(code(try decide(as: caller, me: office.ada)) == "role.administrator_required")
    }

    @Test func `only owners and the system make owners, and owners are counted`() throws {
        #expect(
            code(try decide(role: .owner, as: office.caller(office.admin), me: office.admin)) == "role.owner_required"
        )
        #expect(code(try decide(role: .owner, as: office.integration)) == "role.owner_required")
        let decision = try decide(role: .owner, as: office.caller(office.owner), me: office.owner)
        let owners = Owners.counter(of: office.tenant)
        #expect(decision.moves(of: owners) == [.add(-1, max: .max)])
        #expect(try decide(role: .owner, as: office.system).moves(of: owners).count == 1)
    }

    @Test func `a handle is taken once`() {
        #expect(code(try decide(as: office.system, handleOwner: office.ada)) == "user.handle_taken")
    }

    @Test func `the same user with the same handle is there already`() throws {
        #expect(try decide(as: office.system, existing: office.user(cleo), handleOwner: cleo).isEmpty)
    }

    @Test func `the same user with another handle is refused`() {
        #expect(code(try decide(as: office.system, existing: office.user(cleo))) == "user.exists")
    }

    @Test(arguments: ["", "a b", "ünï", "a@b", "a\u{0}b", String(repeating: "a", count: 65)])
    func `what is no handle is refused`(handle: String) {
        #expect(code(try decide(handle: handle, as: office.system)) == "user.handle_invalid")
    }

    @Test(arguments: ["a", "x_1.-", String(repeating: "a", count: 64)])
    func `what is a handle is taken`(handle: String) {
        #expect(code(try decide(handle: handle, as: office.system)) == nil)
    }

    @Test(arguments: ["", "  ", "a\u{0}", "a\nb", "a\u{85}", String(repeating: "a", count: 121)])
    func `what is no name is refused`(name: String) {
        #expect(code(try decide(name: name, as: office.system)) == "user.name_invalid")
    }

    @Test func `one handle has one stream in a tenant and another in the next`() {
        let other = Tenant(id: .v7(), partition: Partition(0))
        #expect(HandleID(tenant: office.tenant, handle: "a") == HandleID(tenant: office.tenant, handle: "a"))
        #expect(HandleID(tenant: office.tenant, handle: "a") != HandleID(tenant: other, handle: "a"))
    }
}
