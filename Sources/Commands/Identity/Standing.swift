internal import EventStore
package import Events

/// What the caller is in the tenant, by which rules judge.
struct Standing {
    /// The person whose doing it is; nil for the tenant's administration itself (the system, or an integration that
    /// acts for nobody in particular).
    let user: UserID?
    private let role: Role?
    private let isSystem: Bool

    /// Refuses callers who may do nothing at all.
    init(of caller: Caller, _ me: Loaded<User>?) throws(Refusal) {
        isSystem = caller.actor == .system
        guard let id = caller.actingUser else {
            (user, role) = (nil, nil)
            return
        }
        guard let me, me.exists, me.id == id else { throw .callerUnknown }
        guard me.state.active else { throw .callerDeactivated }
        guard me.state.role != .auditor else { throw .auditorReadsOnly }
        (user, role) = (id, me.state.role)
    }

    /// True for the system and for integrations that act for nobody in particular.
    var isAdministration: Bool { user == nil }
    var isAdministrator: Bool { isAdministration || role == .owner || role == .admin }
    /// Only owners and the system make owners, and change them.
    var ruleOwners: Bool { role == .owner || (isAdministration && isSystem) }
    var isGuest: Bool { role == .guest }

    /// The person whose doing it is, for what only a person does.
    func person() throws(Refusal) -> UserID {
        guard let user else { throw .callerIsNobody }
        return user
    }
}

extension Caller {
    /// The person who acts, or on whose behalf it is done.
    package var actingUser: UserID? {
        if let user { return user }
        if case .user(let id) = actor { return id }
        return nil
    }
}

extension StateLoader {
    /// The state of whom the caller acts as; nil for the tenant's administration.
    package func loadCaller() async throws -> Loaded<User>? {
        guard let id = caller.actingUser else { return nil }
        return try await load(User.self, id)
    }
}
