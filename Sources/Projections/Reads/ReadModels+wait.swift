package import EventStore
package import Postgres
internal import Synchronization

extension ReadModels {
    /// Waits until the tenant's read models hold everything up to `position`; false if that took longer than `timeout`.
    ///
    /// Another process may be the one that projects. So while anyone waits here, one of those who wait looks at the
    /// checkpoints every 10 ms, for all of them.
    package func wait(for tenant: Tenant, past position: Position, timeout: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + timeout
        while progress[tenant.partition] < position {
            let left = deadline - .now
            if left <= .zero { return false }
            try Task.checkCancellation()
            if poller.take() {
                defer { poller.giveBack() }
                try await look(until: deadline, for: tenant.partition, at: position)
            } else {
                await progress.wait(
                    tenant.partition,
                    past: position - 1,
                    timeout: min(left, ProgressPoller.interval * 2)
                )
            }
        }
        return true
    }

    /// Whether some process projects the partition at this time.
    package func isFollowed(_ partition: Partition) async throws(PostgresError) -> Bool {
        try await pool.query(
            """
            SELECT EXISTS (SELECT FROM rm.checkpoints
                            WHERE projection = \(set.name) AND partition = \(partition.number) AND lease_until > now())
            """,
            as: Bool.self
        )[0]
    }

    private func look(
        until deadline: ContinuousClock.Instant,
        for partition: Partition,
        at position: Position
    ) async throws {
        while progress[partition] < position, deadline > .now {
            try Task.checkCancellation()
            for (partition, position) in try await checkpoints(until: deadline) {
                progress.advance(Partition(partition), to: position)
            }
            await progress.wait(partition, past: position - 1, timeout: min(deadline - .now, ProgressPoller.interval))
        }
    }

    /// Where the read models stand; empty if there was no time left to learn it.
    private func checkpoints(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> [(Int32, Position)]
    {
        do {
            return try await pool.query(
                "SELECT partition, position FROM rm.checkpoints WHERE projection = \(set.name)",
                as: (Int32, Position).self,
                timeout: deadline - .now
            )
        } catch {
            // Too little time for a first connection reads as one that failed; all that is known then is that time is up.
            if deadline <= .now, error.code == .timedOut || error.code == .connectionFailed { return [] }
            throw error
        }
    }
}

/// Which of those who wait is the one that looks.
final class ProgressPoller: Sendable {
    static let interval: Duration = .milliseconds(10)

    private let isTaken = Mutex(false)

    /// False if another one looks already.
    func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }

    func giveBack() {
        isTaken.withLock { $0 = false }
    }
}
