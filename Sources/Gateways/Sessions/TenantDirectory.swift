package import EventStore
internal import Foundation
package import Postgres

/// Which tenants there are and where they are.
package final class TenantDirectory: Sendable {
    private let pool: PostgresPool

    /// - Parameter pool: connects to the control database as `daybook_gateway`, or as `daybook_appender` to register.
    package init(pool: PostgresPool) { self.pool = pool }

    /// The tenant of this slug, such as `demo`.
    package func tenant(named slug: String) async throws -> Tenant? {
        let rows = try await pool.query(
            "SELECT tenant, partition FROM control.tenants WHERE slug = \(slug)",
            as: (UUID, Int32).self
        )
        return rows.first.map { Tenant(id: $0, partition: Partition($1)) }
    }

    /// Registers a tenant; gives the registered one if the slug is taken.
    package func register(slug: String, tenant: Tenant) async throws -> Tenant {
        try await pool.execute(
            """
            INSERT INTO control.tenants (slug, tenant, partition) VALUES (\(slug), \(tenant.id), \(tenant.partition.number))
            ON CONFLICT (slug) DO NOTHING
            """
        )
        guard let registered = try await self.tenant(named: slug) else {
            preconditionFailure("a slug that is taken stays taken")
        }
        return registered
    }
}
