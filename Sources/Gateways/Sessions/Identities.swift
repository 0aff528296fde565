package import Commands
package import EventStore
package import Events
package import Foundation
package import Postgres
package import Projections

/// What people log in by. Written to the control log, looked up in its read models.
package struct Identities: Sendable {
    package struct Linked: Sendable {
        package let id: IdentityID
        package let issuer: String
        package let linkedAt: Timestamp
    }

    private let control: ControlWriter
    private let pool: PostgresPool
    private let sessions: SessionStore

    /// - Parameters:
    ///   - control: over the control log.
    ///   - reads: of the control log.
    package init(control: CommandHandler, reads: ReadModels, sessions: SessionStore) {
        self.control = ControlWriter(control: control, reads: reads)
        self.sessions = sessions
        pool = reads.pool
    }

    /// Those of an account, the longest linked first.
    package func all(of account: AccountID) async throws(PostgresError) -> [Linked] {
        try await pool.query(
            "SELECT identity, issuer, linked_at FROM rm.identities WHERE account = \(account.uuid) ORDER BY linked_at, identity",
            as: (UUID, String, PostgresTimestamp).self
        ).map {
            Linked(id: IdentityID($0), issuer: $1, linkedAt: Timestamp(microseconds: $2.microsecondsSince1970))
        }
    }

    /// Links what a provider has vouched for to the account whose session it is.
    package func link(
        issuer: String,
        subject: String,
        to account: AccountID,
        from session: SessionID
    ) async throws {
        let command = LinkIdentity(issuer: issuer, subject: subject, account: account, session: session)
        try await control.run(command, by: .account(account))
    }

    /// Takes an identity from an account. The sessions that were opened by it end, here at once and elsewhere within a second.
    package func unlink(_ identity: IdentityID, from account: AccountID) async throws {
        try await control.run(UnlinkIdentity(identity, of: account), by: .account(account))
        try await sessions.look()
    }

    /// A provider's word that one of its sessions has ended, or all of somebody's.
    package struct Logout: Sendable {
        package let issuer: String
        package let subject: String?
        /// The provider's session.
        package let session: String?
        package let token: String
        package let at: Timestamp
        package let replayableUntil: Timestamp

        package init(
            issuer: String,
            subject: String?,
            session: String?,
            token: String,
            at: Timestamp,
            replayableUntil: Timestamp
        ) {
            self.issuer = issuer
            self.subject = subject
            self.session = session
            self.token = token
            self.at = at
            self.replayableUntil = replayableUntil
        }
    }

    /// Ends what came from a session at a provider. A session that nobody here came from ends nothing.
    package func heed(_ logout: Logout) async throws {
        let session = logout.session.map { IdentityEvent.session($0, at: logout.issuer) }
        let named = logout.subject.map { IdentityID(issuer: logout.issuer, subject: $0) }
        let identity: IdentityID
        if let named {
            identity = named
        } else {
            guard let session, let found = try await self.identity(of: session) else { return }
            identity = found
        }
        try await control.run(
            HeedLogout(
                identity: identity,
                token: IdentityEvent.logoutToken(logout.token, of: logout.issuer),
                session: session,
                at: logout.at,
                replayableUntil: logout.replayableUntil
            ),
            by: .system
        )
        try await sessions.look()
    }

    /// By which somebody has logged in from a session at a provider.
    private func identity(of session: UUID) async throws(PostgresError) -> IdentityID? {
        try await pool.query(
            "SELECT identity FROM rm.sessions WHERE provider_session = \(session) LIMIT 1",
            as: UUID.self
        ).first.map { IdentityID($0) }
    }
}
