package import Events

/// Lets a deactivated user in again, with the role from before.
package struct ReactivateUser: UserCommand {
    package static let name = "reactivate_user"
    package let user: UserID

    package init(user: UserID) { self.user = user }

    package func load(by loader: borrowing StateLoader) async throws -> UserState {
        UserState(
            me: try await loader.loadCaller(),
            user: try await loader.load(User.self, user),
            limits: try await loader.loadLimits().state
        )
    }

    package func decide(_ state: UserState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let user = try state.ruled(by: try Standing(of: caller, state.me))
        guard !user.forgotten else { throw .userForgotten }
        var decision = Decision()
        guard !user.active else { return decision }
        decision.append(.reactivated, to: state.user.id)
        decision.use(of: .users, under: state.limits, for: caller)
        if user.role == .owner { decision.countOwner(joining: caller.tenant) }
        return decision
    }
}
