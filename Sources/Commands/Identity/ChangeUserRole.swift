package import Events

/// Gives a user another role. What concerns owners is for owners, and one always remains.
package struct ChangeUserRole: UserCommand {
    package static let name = "change_user_role"
    package let user: UserID
    package let role: Role

    package init(user: UserID, role: Role) {
        self.user = user
        self.role = role
    }

    package func decide(_ state: UserState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        let user = try state.ruled(by: standing)
        guard role != .owner || standing.ruleOwners else { throw .ownerRequired }
        guard !user.forgotten else { throw .userForgotten }
        var decision = Decision()
        guard user.role != role else { return decision }
        decision.append(.roleChanged(role: role), to: state.user.id)
        if user.active, user.role == .owner { decision.countOwner(leaving: caller.tenant) }
        if user.active, role == .owner { decision.countOwner(joining: caller.tenant) }
        return decision
    }
}
