internal import EventStore
package import Events
internal import Foundation

/// Makes someone a user of the tenant under a handle that nobody else has.
package struct AddUser: Command {
    package struct Answer: Codable, Sendable, Equatable {
        /// As it was made by the first request of the key.
        package var user: UserID
    }

    package struct State: Sendable {
        package var me: Loaded<User>?
        package var user: Loaded<User>
        /// Nil for a handle that cannot be one.
        package var handle: Loaded<Handle>?
        package var limits: Limits

        package init(me: Loaded<User>?, user: Loaded<User>, handle: Loaded<Handle>?, limits: Limits = Limits()) {
            self.me = me
            self.user = user
            self.handle = handle
            self.limits = limits
        }
    }

    package static let name = "add_user"
    package let user: UserID
    package let handle: String
    /// Such as `Ada Lovelace`.
    package let displayName: String
    package let kind: UserEvent.Kind
    package let role: Role
    package let source: Source?

    package init(
        user: UserID,
        handle: String,
        name: String,
        kind: UserEvent.Kind = .person,
        role: Role = .member,
        source: Source? = nil
    ) {
        self.user = user
        self.handle = handle
        self.displayName = name
        self.kind = kind
        self.role = role
        self.source = source
    }

    // Without `user`: the server makes it anew for a retry, whose answer names the first one.
    private enum CodingKeys: String, CodingKey {
        case handle, displayName, kind, role, source
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let me = try await loader.loadCaller()
        let user = try await loader.loadNew(User.self, user)
        let limits = try await loader.loadLimits().state
        guard let handle = Handle.normalized(handle) else {
            return State(me: me, user: user, handle: nil, limits: limits)
        }
        let id = HandleID(tenant: loader.caller.tenant, handle: handle)
        return State(me: me, user: user, handle: try await loader.loadNew(Handle.self, id), limits: limits)
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        let standing = try Standing(of: caller, state.me)
        guard standing.isAdministrator else { throw .administratorRequired }
        guard role != .owner || standing.ruleOwners else { throw .ownerRequired }
        guard let handle = state.handle, let text = Handle.normalized(self.handle) else { throw .handleInvalid }
        guard PlainText.isLine(displayName, User.nameLengths) else { throw .userNameInvalid }
        var decision = Decision(Answer(user: user))
        if state.user.exists {
            guard handle.state.user == user else { throw .userExists }
            return decision
        }
        guard !handle.exists else { throw .handleTaken }
        let joined = UserEvent.joined(
            handle: Personal(text, of: user),
            name: Personal(displayName, of: user),
            kind: kind,
            role: role,
            source: source
        )
        decision.append(joined, to: user)
        decision.append(.taken(user: user), to: handle.id)
        decision.use(of: .users, under: state.limits, for: caller)
        if role == .owner { decision.countOwner(joining: caller.tenant) }
        return decision
    }
}
