package import Postgres

extension EventLog {
    /// What was answered to this key, if it is still kept.
    package func outcome(of key: [UInt8], for tenant: Tenant) async throws(PostgresError) -> CommandOutcome? {
        let rows = try await functions.query(
            """
            SELECT request, first_position, last_position, answer
            FROM es.outcome(\(tenant.partition.number), \(tenant.id), \(key))
            """,
            as: ([UInt8], Position, Position, [UInt8]?).self
        )
        return rows.first.map { CommandOutcome(request: $0, first: $1, last: $2, answer: $3) }
    }
}
