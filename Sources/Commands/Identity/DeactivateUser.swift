package import Events

/// Ends what a user may do. The user's words stay.
package struct DeactivateUser: UserCommand {
    package static let name = "deactivate_user"
    package let user: UserID

    package init(user: UserID) { self.user = user }

    package func decide(_ state: UserState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let user = try state.ruled(by: try Standing(of: caller, state.me))
        var decision = Decision()
        guard user.active else { return decision }
        decision.append(.deactivated, to: state.user.id)
        decision.release(.users, for: caller)
        if user.role == .owner { decision.countOwner(leaving: caller.tenant) }
        return decision
    }
}
