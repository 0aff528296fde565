internal import Postgres
internal import Projections
internal import Redis

/// Looks where the partitions stand, for metrics and readiness.
struct PartitionWatch: Sendable {
    /// Whose they are, if there are others to be told from.
    let cell: String?
    /// Connects as the role `daybook_projector`.
    let pool: PostgresPool
    /// Nil where nothing is fanned out.
    let redis: RedisClient?

    /// What is asked of the stores may take at most so long.
    private static let timeout = Duration.seconds(2)

    /// As Postgres has them; with what Redis holds, if it is there.
    func look() async throws -> [PartitionStatus] {
        let found = try await stored()
        guard let redis else { return found }
        do { return try await found.asking(redis) } catch { return found }
    }

    /// The worst lag of these roles in seconds.
    func lag(of roles: Set<String>) async throws -> Double {
        try await stored().flatMap(\.progress).filter { roles.contains($0.role) }.map(\.lagSeconds).max() ?? 0
    }

    private func stored() async throws -> [PartitionStatus] {
        try await pool.withConnection(timeout: Self.timeout) { (connection) throws(PostgresError) in
            try PartitionStatus.all(on: connection)
        }
    }
}
