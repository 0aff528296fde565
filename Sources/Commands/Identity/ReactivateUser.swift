package import Events
package import Foundation

/// Lets a deactivated user in again, with the role from before.
package struct ReactivateUser: Command {
    package struct State: Sendable {
        package var me: Loaded<User>?
        package var user: Loaded<User>

        package init(me: Loaded<User>?, user: Loaded<User>) {
            self.me = me
            self.user = user
        }
    }

    package static let name = "reactivate_user"
    package let user: UserID
    package var target: UUID? { user.uuid }

    package init(user: UserID) { self.user = user }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(me: try await loader.loadCaller(), user: try await loader.load(User.self, user))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        guard state.user.exists else { throw .userUnknown }
        guard standing.isAdministrator else { throw .administratorRequired }
        let user = state.user.state
        guard user.role != .owner || standing.ruleOwners else { throw .ownerRequired }
        var decision = Decision()
        guard !user.active else { return decision }
        decision.append(.reactivated, to: state.user.id)
        if user.role == .owner { decision.countOwner(joining: caller.tenant) }
        return decision
    }
}
