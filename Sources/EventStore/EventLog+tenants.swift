package import Foundation
package import Postgres

extension EventLog {
    /// Places a tenant in a partition, or says where it is: the first call decides, for good.
    ///
    /// - Parameter partition: nil for the one with the fewest tenants.
    package func place(_ tenant: UUID, in partition: Partition? = nil) async throws(PostgresError) -> Tenant {
        let sql: SQL =
            if let partition { "SELECT es.place_tenant(\(tenant), \(partition.number))" } else {
                "SELECT es.place_tenant(\(tenant))"
            }
        return Tenant(id: tenant, partition: Partition(try await functions.query(sql, as: Int32.self)[0]))
    }

    /// The tenant as the directory has it; nil if it was never placed.
    package func tenant(_ id: UUID) async throws(PostgresError) -> Tenant? {
        try await readers.withConnection { (connection) throws(PostgresError) in
            let results = try connection.pipeline([
                "SELECT set_config('daybook.tenant', \(id.text), true)",
                "SELECT partition FROM es.tenants WHERE tenant = \(id)",
            ])
            return try results[1].decode(Int32.self).first.map { Tenant(id: id, partition: Partition($0)) }
        }
    }
}
