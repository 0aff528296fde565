package import EventStore
package import Events
package import Foundation
package import Logging
package import Postgres

/// A bearer's standing: one user of one tenant, until it ends.
package struct Session: Sendable, Hashable {
    package let id: UUID
    package let tenant: Tenant
    package let user: UserID
    package let expiresAt: Timestamp

    package init(id: UUID, tenant: Tenant, user: UserID, expiresAt: Timestamp) {
        self.id = id
        self.tenant = tenant
        self.user = user
        self.expiresAt = expiresAt
    }
}

/// Sessions in the control database. Tokens are 32 random bytes, `dbk_` + base64url; only their SHA-256 is stored.
///
/// Known tokens are cached for up to 60 seconds; a revoked session is forgotten by every process within a second, by
/// `run`, which asks for new revocations. While the control database is away the cache goes on serving up to that minute.
package final class SessionStore: Sendable {
    package init(pool: PostgresPool, logger: Logger) { fatalError("seam") }

    /// Opens a session and gives its token, which is nowhere else.
    package func open(tenant: Tenant, user: UserID, lifetime: Duration, label: String) async throws -> (session: Session, token: String) { fatalError("seam") }

    /// The session of a live token; nil for any other. Throws when the control database is away and the token is not cached.
    package func authenticate(_ token: String) async throws(PostgresError) -> Session? { fatalError("seam") }

    package func revoke(_ id: UUID) async throws { fatalError("seam") }

    /// Calls `observer` for each session that this process learns is revoked or deleted.
    package func onRevoked(_ observer: @escaping @Sendable (UUID) -> Void) { fatalError("seam") }

    /// Learns of revocations every half second until cancelled.
    package func run() async { fatalError("seam") }
}

/// Which tenants there are and where they are.
package final class TenantDirectory: Sendable {
    package init(pool: PostgresPool) { fatalError("seam") }

    /// The tenant of this slug, such as `demo`.
    package func tenant(named slug: String) async throws -> Tenant? { fatalError("seam") }
    /// Registers a tenant; gives the registered one if the slug is taken.
    package func register(slug: String, tenant: Tenant) async throws -> Tenant { fatalError("seam") }
}
