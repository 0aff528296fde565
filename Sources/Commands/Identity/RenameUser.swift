package import Events

/// Gives a user another name to be shown. Users do it themselves; administrators do it for anyone.
package struct RenameUser: UserCommand {
    package static let name = "rename_user"
    package let user: UserID
    package let displayName: String

    package init(user: UserID, name: String) {
        self.user = user
        self.displayName = name
    }

    package func decide(_ state: UserState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        guard state.user.exists else { throw .userUnknown }
        guard standing.user == user || standing.isAdministrator else { throw .administratorRequired }
        guard !state.user.state.forgotten else { throw .userForgotten }
        guard PlainText.isLine(displayName, User.nameLengths) else { throw .userNameInvalid }
        var decision = Decision()
        if state.user.state.nameDigest != PlainText.digest(displayName) {
            decision.append(.profileChanged(name: Personal(displayName, of: user)), to: user)
        }
        return decision
    }
}
