package import Events
package import Foundation

/// Gives a user another role. What concerns owners is for owners, and one always remains.
package struct ChangeUserRole: Command {
    package struct State: Sendable {
        package var me: Loaded<User>?
        package var user: Loaded<User>

        package init(me: Loaded<User>?, user: Loaded<User>) {
            self.me = me
            self.user = user
        }
    }

    package static let name = "change_user_role"
    package let user: UserID
    package let role: Role
    package var target: UUID? { user.uuid }

    package init(user: UserID, role: Role) {
        self.user = user
        self.role = role
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(me: try await loader.loadCaller(), user: try await loader.load(User.self, user))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        guard state.user.exists else { throw .userUnknown }
        guard standing.isAdministrator else { throw .administratorRequired }
        let user = state.user.state
        guard (user.role != .owner && role != .owner) || standing.ruleOwners else { throw .ownerRequired }
        var decision = Decision()
        guard user.role != role else { return decision }
        decision.append(.roleChanged(role: role), to: state.user.id)
        if user.active, user.role == .owner { decision.countOwner(leaving: caller.tenant) }
        if user.active, role == .owner { decision.countOwner(joining: caller.tenant) }
        return decision
    }
}
