package import Events
package import Foundation

/// Gives a user another name to be shown. Users do it themselves; administrators do it for anyone.
package struct RenameUser: Command {
    package struct State: Sendable {
        package var me: Loaded<User>?
        package var user: Loaded<User>

        package init(me: Loaded<User>?, user: Loaded<User>) {
            self.me = me
            self.user = user
        }
    }

    package static let name = "rename_user"
    package let user: UserID
    package let displayName: String
    package var target: UUID? { user.uuid }

    package init(user: UserID, name: String) {
        self.user = user
        self.displayName = name
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(me: try await loader.loadCaller(), user: try await loader.load(User.self, user))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        guard state.user.exists else { throw .userUnknown }
        guard standing.user == user || standing.isAdministrator else { throw .administratorRequired }
        guard PlainText.isLine(displayName, 1...120) else { throw .userNameInvalid }
        var decision = Decision()
        if state.user.state.nameDigest != PlainText.digest(displayName) {
            decision.append(.profileChanged(name: Personal(displayName, of: user)), to: user)
        }
        return decision
    }
}
