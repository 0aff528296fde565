package import Events
package import Foundation

/// A command about one user, which reads that user and who asks.
package protocol UserCommand: Command where State == UserState {
    var user: UserID { get }
}

extension UserCommand {
    package var target: UUID? { user.uuid }

    package func load(by loader: borrowing StateLoader) async throws -> UserState {
        UserState(me: try await loader.loadCaller(), user: try await loader.load(User.self, user))
    }
}

/// What commands about one user read.
package struct UserState: Sendable {
    package var me: Loaded<User>?
    package var user: Loaded<User>
    /// For what makes users active.
    package var limits: Limits

    package init(me: Loaded<User>?, user: Loaded<User>, limits: Limits = Limits()) {
        self.me = me
        self.user = user
        self.limits = limits
    }

    /// The user, to whoever rules over them: administrators rule over all but owners, owners over all.
    func ruled(by standing: Standing) throws(Refusal) -> User {
        guard user.exists else { throw .userUnknown }
        guard standing.isAdministrator else { throw .administratorRequired }
        guard user.state.role != .owner || standing.ruleOwners else { throw .ownerRequired }
        return user.state
    }
}
