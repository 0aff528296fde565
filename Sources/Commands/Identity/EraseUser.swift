package import Events

/// Deactivates and forgets a user of a tenant that is no more, in one step: the installation alone may, and no owner has to remain.
/// Doing it again changes nothing.
package struct EraseUser: UserCommand {
    package static let name = "erase_user"
    package let user: UserID

    package init(user: UserID) { self.user = user }

    package func decide(_ state: UserState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard caller.actor == .system, caller.user == nil else { throw .ownerRequired }
        guard state.user.exists else { throw .userUnknown }
        var decision = Decision()
        let user = state.user.state
        guard !user.forgotten else { return decision }
        if user.active { decision.append(.deactivated, to: self.user) }
        decision.append(
            .forgotten(by: nil, reason: .organizationDecided, key: SubjectKey(of: self.user)),
            to: self.user
        )
        return decision
    }
}
