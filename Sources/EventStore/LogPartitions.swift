package import Postgres

/// The partitions of a log.
package enum LogPartitions {
    /// Makes the partitions 0 ..< `count` that are not there yet. Blocking; part of migrating.
    ///
    /// - Parameters:
    ///   - count: two a core to start with. More can be added later; tenants stay where they are.
    ///   - connection: as a superuser or a member of `daybook_owner`.
    package static func make(_ count: Int, on connection: PostgresConnection) throws {
        try connection.transaction { connection in
            try connection.executeScript("SET LOCAL ROLE daybook_owner")
            for number in 0..<Int32(count) { try connection.execute("SELECT es.make_partition(\(number))") }
        }
    }

    /// Places a tenant where it says that it is, for a log whose tenants are known beforehand.
    package static func place(_ tenant: Tenant, on connection: PostgresConnection) throws(PostgresError) {
        try connection.execute("SELECT es.place_tenant(\(tenant.id), \(tenant.partition.number))")
    }
}
