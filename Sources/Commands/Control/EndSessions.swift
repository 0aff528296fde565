package import Events

/// Ends every session of a user of a tenant, those included that are being opened while it is decided, if the log has them before.
package struct EndSessions: Command {
    package static let name = "end_sessions"
    package let tenant: TenantID
    package let user: UserID
    /// True erases what the sessions were called as well: for one who was forgotten.
    package let isForgotten: Bool

    package init(of user: UserID, in tenant: TenantID, isForgotten: Bool = false) {
        self.tenant = tenant
        self.user = user
        self.isForgotten = isForgotten
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Principal> {
        try await loader.load(Principal.self, PrincipalID(user, of: tenant))
    }

    package func decide(_ state: Loaded<Principal>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        var decision = Decision<Done>()
        guard !state.state.isForgotten else { return decision }
        decision.append(
            isForgotten
                ? .forgotten(tenant: tenant, user: user, key: SubjectKey(of: user))
                : .sessionsEnded(tenant: tenant, user: user),
            to: state.id
        )
        return decision
    }
}

/// Ends every session of a person, in all tenants.
package struct EndAccountSessions: Command {
    package static let name = "end_account_sessions"
    package let account: AccountID

    package init(of account: AccountID) { self.account = account }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Account> {
        try await loader.load(Account.self, account)
    }

    package func decide(_ state: Loaded<Account>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.exists else { throw .accountUnknown }
        var decision = Decision<Done>()
        decision.append(.sessionsEnded, to: account)
        return decision
    }
}
