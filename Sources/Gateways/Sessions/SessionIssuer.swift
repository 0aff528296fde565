package import Commands
package import EventStore
package import Events
package import Foundation
package import Projections

/// Opens and ends sessions, by commands of the control log.
package struct SessionIssuer: Sendable {
    /// How long a session may lie idle, and how long it lasts in any case.
    package struct Lifetimes: Sendable {
        package var idle: Duration
        package var absolute: Duration

        package init(idle: Duration, absolute: Duration) {
            self.idle = idle
            self.absolute = absolute
        }

        /// One that nobody has to use for it to last.
        package static func fixed(_ lifetime: Duration) -> Lifetimes { Lifetimes(idle: lifetime, absolute: lifetime) }
    }

    private let control: ControlWriter
    private let sessions: SessionStore

    /// - Parameters:
    ///   - control: over the control log.
    ///   - reads: of the control log.
    package init(control: CommandHandler, reads: ReadModels, sessions: SessionStore) {
        self.control = ControlWriter(control: control, reads: reads)
        self.sessions = sessions
    }

    /// Opens a session of a user of a tenant and gives its token, which is nowhere else.
    ///
    /// - Parameters:
    ///   - parent: the person's own session, with which it ends.
    ///   - label: what the session is for, so that its holder knows it again.
    package func open(
        tenant: Tenant,
        user: UserID,
        from parent: SessionID? = nil,
        lifetimes: Lifetimes,
        label: String,
        by actor: Actor = .system
    ) async throws -> (id: SessionID, expiresAt: Timestamp, token: String) {
        let token = SessionToken(of: .user)
        let id = SessionID()
        let opened = try await control.run(
            OpenSession(
                session: id,
                holder: .user(tenant: TenantID(tenant.id), user: user, parent: parent),
                tokenHash: Data(token.hash),
                label: label,
                idleSeconds: Int(lifetimes.idle.components.seconds),
                lifetimeSeconds: Int(lifetimes.absolute.components.seconds)
            ),
            by: actor
        )
        return (id, opened.answer.expiresAt, token.text)
    }

    /// Opens a session of a person who has logged in.
    ///
    /// - Parameter login: at a provider; nil where an operator vouches for them.
    package func open(
        account: AccountID,
        by login: SessionEvent.Login? = nil,
        lifetimes: Lifetimes,
        label: String
    ) async throws -> (id: SessionID, expiresAt: Timestamp, token: String) {
        let token = SessionToken(of: .account)
        let id = SessionID()
        let opened = try await control.run(
            OpenSession(
                session: id,
                holder: .account(account: account),
                tokenHash: Data(token.hash),
                label: label,
                idleSeconds: Int(lifetimes.idle.components.seconds),
                lifetimeSeconds: Int(lifetimes.absolute.components.seconds),
                login: login
            ),
            by: .account(account)
        )
        return (id, opened.answer.expiresAt, token.text)
    }

    /// Notes that somebody has shown again who they are.
    package func reauthenticate(_ session: SessionID, of account: AccountID, at time: Timestamp) async throws {
        try await control.run(ReauthenticateSession(session, of: account, at: time), by: .account(account))
    }

    /// Opens a session of an agent that has shown a credential.
    ///
    /// - Parameters:
    ///   - id: opens one session only.
    ///   - scopes: nil for all that the credential is good for.
    package func open(
        _ id: SessionID,
        agent: AgentCredentials.Agent,
        credential: CredentialID,
        scopes: [TokenScope]?,
        lifetime: Duration,
        label: String
    ) async throws -> (id: SessionID, scopes: [TokenScope]?, token: String) {
        let token = SessionToken(of: .user)
        let seconds = Int(lifetime.components.seconds)
        let tenant = TenantID(agent.tenant.id)
        let opened = try await control.run(
            OpenSession(
                session: id,
                holder: .agent(tenant: tenant, user: agent.user, credential: credential),
                tokenHash: Data(token.hash),
                label: label,
                idleSeconds: seconds,
                lifetimeSeconds: seconds,
                scopes: scopes
            ),
            by: .user(agent.user)
        )
        return (id, opened.answer.scopes, token.text)
    }

    /// What a token was replaced by.
    package enum Refreshed: Sendable {
        case user(token: String)
        case account(token: String)
        /// It is nobody's, or was replaced before by somebody: then the session is over.
        case refused
    }

    /// Replaces the token of a session. One that was replaced more than a minute ago is in two hands: the session ends.
    package func refresh(_ text: String) async throws -> Refreshed {
        for kind in [SessionToken.Kind.user, .account] {
            guard let token = SessionToken(text, of: kind) else { continue }
            switch try await sessions.find(anyTokenOf: token.hash) {
            case nil: return .refused
            case .good(let id):
                let next = SessionToken(of: kind)
                try await control.run(RefreshSession(session: id, tokenHash: Data(next.hash)), by: .system)
                return kind == .user ? .user(token: next.text) : .account(token: next.text)
            case .replaced(let id):
                try await close(id, because: .tokenReused)
                return .refused
            }
        }
        return .refused
    }

    /// Ends all sessions of a person, in all tenants.
    package func endAll(of account: AccountID) async throws {
        try await control.run(EndAccountSessions(of: account), by: .account(account))
        try await sessions.look()
    }

    /// Ends a session and those that came from it, here at once and elsewhere within a second.
    ///
    /// - Returns: false if there is none, or it was over before.
    @discardableResult
    package func close(
        _ id: SessionID,
        because reason: SessionEvent.End = .revoked,
        by actor: Actor = .system
    ) async throws -> Bool {
        let wasOpen: Bool
        do {
            wasOpen = try await control.run(CloseSession(session: id, reason: reason), by: actor).answer.wasOpen
        } catch CommandError.refused(let refusal) where refusal.kind == .notFound {
            return false
        }
        try await sessions.look()
        return wasOpen
    }

    /// Ends all sessions of a user of a tenant.
    ///
    /// - Parameter isForgotten: true erases what they were called as well: it may name a person or their things.
    package func endAll(
        of user: UserID,
        in tenant: Tenant,
        isForgotten: Bool = false,
        by actor: Actor = .system
    ) async throws {
        try await control.run(EndSessions(of: user, in: TenantID(tenant.id), isForgotten: isForgotten), by: actor)
        try await sessions.look()
    }
}
