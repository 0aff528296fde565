package import Events
package import Foundation

/// Opens a session whose token only the caller knows. An identifier opens one session only, so that one which is made from an
/// agent's assertion makes the assertion good once.
package struct OpenSession: Command {
    package struct State: Sendable {
        package var session: Loaded<SessionLife>
        /// The session that this one comes from, if it comes from one.
        package var parent: Loaded<SessionLife>?
        /// Whose it is, if it comes from one.
        package var account: Loaded<Account>?
        /// What it, or the one that it comes from, was logged in by.
        package var identity: Loaded<Identity>?
        /// Of a user of a tenant.
        package var principal: Loaded<Principal>?
        /// The same, of their tenant.
        package var tenant: Loaded<TenantPlace>?
    }

    package struct Answer: Codable, Sendable, Equatable {
        package var expiresAt: Timestamp
        /// Nil for whatever the holder may do.
        package var scopes: [TokenScope]?
    }

    package static let name = "open_session"
    package let session: SessionID
    package let holder: SessionEvent.Holder
    package let tokenHash: Data
    /// What its holder knows it by, such as a browser's name.
    package let label: String
    package let idleSeconds: Int
    package let lifetimeSeconds: Int
    /// What an agent asks for; nil for all that its credential is good for.
    package let scopes: [TokenScope]?
    /// The login at a provider that a person's own session comes from.
    package let login: SessionEvent.Login?

    package init(
        session: SessionID,
        holder: SessionEvent.Holder,
        tokenHash: Data,
        label: String,
        idleSeconds: Int,
        lifetimeSeconds: Int,
        scopes: [TokenScope]? = nil,
        login: SessionEvent.Login? = nil
    ) {
        self.session = session
        self.holder = holder
        self.tokenHash = tokenHash
        self.label = label
        self.idleSeconds = idleSeconds
        self.lifetimeSeconds = lifetimeSeconds
        self.scopes = scopes
        self.login = login
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        var state = State(session: try await loader.loadNew(SessionLife.self, session))
        switch holder {
        case .account:
            if let login { state.identity = try await loader.load(Identity.self, login.identity) }
        case .agent(let tenant, let user, _):
            state.tenant = try await loader.load(TenantPlace.self, tenant)
            state.principal = try await loader.load(Principal.self, PrincipalID(user, of: tenant))
        case .user(let tenant, let user, let parent):
            state.tenant = try await loader.load(TenantPlace.self, tenant)
            state.principal = try await loader.load(Principal.self, PrincipalID(user, of: tenant))
            guard let parent else { break }
            let session = try await loader.load(SessionLife.self, parent)
            state.parent = session
            if case .account(let account) = session.state.holder {
                state.account = try await loader.load(Account.self, account)
            }
            if let login = session.state.login {
                state.identity = try await loader.load(Identity.self, login.identity)
            }
        }
        return state
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        guard !state.session.exists else { throw .sessionExists }
        if let parent = state.parent {
            guard parent.state.isOpen, parent.state.expiresAt.map({ $0 > caller.now }) ?? false else {
                throw .sessionOver
            }
            if let ended = state.account?.state.sessionsEnded, let opened = parent.state.openedAt, ended > opened {
                throw .sessionOver
            }
            if let login = parent.state.login, let opened = parent.state.openedAt {
                guard state.identity?.state.upholds(login, openedAt: opened) == true else { throw .sessionOver }
            }
            guard case .user(let tenant, let user, _) = holder, state.account?.state.memberships[tenant] == user else {
                throw .notInTenant
            }
        }
        if let login, case .account(let account) = holder {
            guard state.identity?.state.accepts(login, of: account) == true else { throw .sessionOver }
        }
        try state.tenant?.state.expectOpen()
        guard state.principal?.state.isForgotten != true else { throw .sessionOver }
        var scopes = scopes
        if case .agent(_, _, let credential) = holder {
            guard let principal = state.principal?.state, principal.accepts(credential, at: caller.now) else {
                throw .credentialOver
            }
            if let granted = principal.credentials[credential]?.scopes {
                guard Set(scopes ?? granted).isSubset(of: granted) else { throw .scopeNotGranted }
                scopes = scopes ?? granted
            }
        }
        let expiresAt = end(at: caller.now, within: state.parent?.state.expiresAt)
        var decision = Decision(Answer(expiresAt: expiresAt, scopes: scopes))
        decision.append(
            .opened(
                holder: holder,
                tokenHash: tokenHash,
                label: Personal(label, of: holder.person),
                idleSeconds: idleSeconds,
                expiresAt: expiresAt,
                scopes: scopes,
                login: login
            ),
            to: session
        )
        return decision
    }

    /// A session does not outlive the one that it comes from.
    private func end(at now: Timestamp, within parent: Timestamp?) -> Timestamp {
        let end = Timestamp(microseconds: now.microseconds + Int64(lifetimeSeconds) * 1_000_000)
        return parent.map { min($0, end) } ?? end
    }
}

extension Refusal {
    fileprivate static let scopeNotGranted = Refusal(
        .invalid,
        "auth.invalid_scope",
        "The credential is not good for all that is asked for.",
        pointer: "/scope"
    )
}

extension SessionEvent.Holder {
    /// Whose key seals what the session is called.
    fileprivate var person: UserID {
        switch self {
        case .account(let account): account.person
        case .user(_, let user, _), .agent(_, let user, _): user
        }
    }
}
