package import Events

/// Has everything erased that a deactivated user wrote or was called by; it cannot be taken back. Doing it again changes nothing.
///
/// Two steps, so that nobody is forgotten by a slip: deactivation comes first, and with it the rules on who may do this to
/// whom and that an owner remains.
package struct ForgetUser: UserCommand {
    package static let name = "forget_user"
    package let user: UserID
    package let reason: UserEvent.ForgetReason

    package init(user: UserID, reason: UserEvent.ForgetReason) {
        self.user = user
        self.reason = reason
    }

    package func decide(_ state: UserState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        let user = try state.ruled(by: standing)
        var decision = Decision()
        guard !user.forgotten else { return decision }
        guard !user.active else { throw .userStillActive }
        let key = SubjectKey(of: self.user)
        decision.append(.forgotten(by: standing.user, reason: reason, key: key), to: self.user)
        return decision
    }
}
