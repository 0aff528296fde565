package import Commands
internal import Crypto
package import EventStore
package import Events
package import Foundation
package import Postgres
package import Projections

/// What agents log in by: keys that they sign with, and secrets. Written to the control log, looked up in its read models.
package struct AgentCredentials: Sendable {
    /// Whose credentials they are.
    package struct Agent: Sendable {
        package let tenant: Tenant
        package let user: UserID

        package init(tenant: Tenant, user: UserID) {
            self.tenant = tenant
            self.user = user
        }
    }

    /// One that is good now.
    package struct Credential: Sendable {
        package enum Proof: Sendable {
            /// A JWK.
            case key(String)
            case secret(hash: [UInt8])
        }

        package let id: CredentialID
        package let proof: Proof
        package let label: String
        package let issuedAt: Timestamp
        package let expiresAt: Timestamp?
        /// What tokens that it gets can be good for; nil for whatever the agent may do.
        package let scopes: [TokenScope]?
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

    /// Lets an agent log in by a key.
    ///
    /// - Parameter jwk: of the public part; whoever calls has seen to it that it is one.
    package func issue(
        key jwk: String,
        to agent: Agent,
        label: String,
        expiresAt: Timestamp?,
        scopes: [TokenScope]? = nil,
        by actor: Actor
    ) async throws -> CredentialID {
        try await issue(.key(jwk: jwk), to: agent, label, expiresAt, scopes, by: actor)
    }

    /// Lets an agent log in by a secret, which is nowhere but in what this returns.
    package func issueSecret(
        to agent: Agent,
        label: String,
        expiresAt: Timestamp?,
        scopes: [TokenScope]? = nil,
        by actor: Actor
    ) async throws -> (CredentialID, secret: String) {
        let secret = SessionToken(of: .agentSecret)
        let id = try await issue(.secret(hash: Data(secret.hash)), to: agent, label, expiresAt, scopes, by: actor)
        return (id, secret.text)
    }

    private func issue(
        _ proof: PrincipalEvent.Proof,
        to agent: Agent,
        _ label: String,
        _ expiresAt: Timestamp?,
        _ scopes: [TokenScope]?,
        by actor: Actor
    ) async throws -> CredentialID {
        let id = CredentialID()
        try await control.run(
            IssueCredential(
                credential: id,
                of: agent.user,
                in: TenantID(agent.tenant.id),
                proof: proof,
                label: label,
                expiresAt: expiresAt,
                scopes: scopes
            ),
            by: actor
        )
        return id
    }

    /// Ends a credential, and the sessions that were opened by it.
    package func revoke(_ credential: CredentialID, of agent: Agent, by actor: Actor) async throws {
        let tenant = TenantID(agent.tenant.id)
        try await control.run(RevokeCredential(credential: credential, of: agent.user, in: tenant), by: actor)
        try await sessions.look()
    }

    /// Those of an agent, the oldest first; those that have run out are not among them.
    package func all(of agent: Agent) async throws(PostgresError) -> [Credential] {
        try await find(PrincipalID(agent.user, of: TenantID(agent.tenant.id)))?.credentials ?? []
    }

    /// The agent that goes by this name when it logs in, and what it can log in by; nil if there is none that could.
    package func find(
        _ principal: PrincipalID
    ) async throws(PostgresError) -> (agent: Agent, credentials: [Credential])? {
        let rows = try await pool.query(
            """
            SELECT c.tenant, t.partition, c.member, c.id, c.public_key, c.secret_hash, c.label, c.issued_at, c.expires_at, c.scopes
              FROM rm.credentials c JOIN rm.tenants t ON t.tenant = c.tenant AND t.state IN ('active', 'suspended')
             WHERE c.principal = \(principal.uuid) AND (c.expires_at IS NULL OR c.expires_at > now())
             ORDER BY c.issued_at, c.id
            """,
            as: (
                UUID, Int32, UUID, UUID, String?, [UInt8]?, String, PostgresTimestamp, PostgresTimestamp?, [String]?
            ).self
        )
        guard let first = rows.first else { return nil }
        let agent = Agent(tenant: Tenant(id: first.0, partition: Partition(first.1)), user: UserID(first.2))
        let credentials = rows.map { row in
            Credential(
                id: CredentialID(row.3),
                proof: row.4.map { .key($0) } ?? .secret(hash: row.5 ?? []),
                label: row.6,
                issuedAt: Timestamp(microseconds: row.7.microsecondsSince1970),
                expiresAt: row.8.map { Timestamp(microseconds: $0.microsecondsSince1970) },
                scopes: row.9.map { $0.compactMap { TokenScope(rawValue: $0) } }
            )
        }
        return (agent, credentials)
    }

    /// The one of these that is a secret and reads so.
    package func match(secret: String, among credentials: [Credential]) -> CredentialID? {
        guard let secret = SessionToken(secret, of: .agentSecret) else { return nil }
        return credentials.first { credential in
            // Compares digests in constant time.
            if case .secret(let hash) = credential.proof { secret.hash == hash } else { false }
        }?.id
    }
}
