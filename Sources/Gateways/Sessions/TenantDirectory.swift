package import EventStore
internal import Foundation
package import Postgres

/// Which active tenants there are and where they live, by the read models of the control log.
package struct TenantDirectory: Sendable {
    package struct Entry: Sendable {
        package let tenant: Tenant
        package let cell: String
    }

    private let pool: PostgresPool

    /// - Parameter pool: connects to the control database as `daybook_gateway`.
    package init(pool: PostgresPool) { self.pool = pool }

    /// The tenant of the organization that has this name, such as `demo`.
    package func tenant(named slug: String) async throws(PostgresError) -> Entry? {
        let rows = try await pool.query(
            """
            SELECT t.tenant, t.partition, t.cell FROM rm.orgs o JOIN rm.tenants t ON t.tenant = o.tenant
             WHERE o.slug = \(slug) AND t.state = 'active'
            """,
            as: (UUID, Int32, String).self
        )
        return rows.first.map { Entry(tenant: Tenant(id: $0, partition: Partition($1)), cell: $2) }
    }
}
