internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Projections
internal import Synchronization

/// The queues in `rt.queues`, those in use kept in memory.
final class QueueRegistry: Sendable {
    private struct Entry {
        let queue: Queue
        /// When the last poll was last written to Postgres, as far as this process knows.
        var written: ContinuousClock.Instant
    }

    private static let capacity = 200_000

    private let pool: PostgresPool
    private let known = Mutex<[UUID: Entry]>([:])

    init(pool: PostgresPool) { self.pool = pool }

    /// The queue of this name in the tenant, deleted or not; nil if there is none.
    func find(_ id: UUID, in tenant: Tenant) async throws -> Queue? {
        if let queue = known.withLock({ $0[id]?.queue }) { return queue.tenant.id == tenant.id ? queue : nil }
        let found = try await list(in: tenant, where: "id = \(id)").first
        if let found { keep(found) }
        return found
    }

    /// The user's live queues, the oldest first.
    func queues(of user: UserID, in tenant: Tenant) async throws -> [Queue] {
        try await list(in: tenant, where: "member = \(user.uuid) AND deleted_at IS NULL")
    }

    /// Registers a queue unless the user has `limit` live ones already. One whose idle time is over is not live.
    func insert(_ queue: Queue, limit: Int) async throws -> Bool {
        let types = queue.filter.types.map { $0.map(\.rawValue).sorted() }
        let rooms = queue.filter.rooms.map { $0.map(\.uuid) }
        let inserted = try await pool.bound(
            to: queue.tenant,
            [
                """
                INSERT INTO rt.queues (tenant, id, partition, member, event_types, rooms, base, idle_timeout_s, durable, client)
                SELECT \(queue.tenant.id), \(queue.id), \(queue.tenant.partition.number), \(queue.user.uuid), \(types), \(rooms),
                       \(queue.base), \(Int32(queue.idleTimeout.components.seconds)), \(queue.durable), \(queue.client)
                 WHERE (SELECT count(*) FROM rt.queues
                         WHERE tenant = \(queue.tenant.id) AND member = \(queue.user.uuid) AND deleted_at IS NULL
                           AND (durable OR last_poll_at > now() - make_interval(secs => idle_timeout_s))) < \(limit)
                """
            ]
        ) { $0[0].affectedRows == 1 }
        if inserted { keep(queue) }
        return inserted
    }

    /// Marks the queue as deleted; nothing if it is already.
    func delete(_ queue: Queue) async throws {
        let (tenant, id) = (queue.tenant, queue.id)
        try await pool.bound(
            to: tenant,
            [
                "UPDATE rt.queues SET deleted_at = now() WHERE tenant = \(tenant.id) AND id = \(id) AND deleted_at IS NULL"
            ]
        ) { _ in }
        forget(id)
    }

    /// Deletes a queue whose idle time is over by what Postgres knows of its polls, which is late by up to a quarter of that time
    /// and the length of a poll. False if it is not: another process has served it meanwhile.
    func expire(_ queue: Queue) async throws -> Bool {
        let (tenant, id) = (queue.tenant, queue.id)
        let expired = try await pool.bound(
            to: tenant,
            [
                """
                UPDATE rt.queues SET deleted_at = now() WHERE tenant = \(tenant.id) AND id = \(id) AND NOT durable
                   AND (deleted_at IS NOT NULL OR last_poll_at < now() - make_interval(secs => idle_timeout_s * 1.25 + 300))
                """
            ]
        ) { $0[0].affectedRows == 1 }
        forget(id)
        return expired
    }

    /// Writes down that the queue is polled, if it was not within a quarter of its idle time.
    func polled(_ queue: Queue) async throws {
        let now = ContinuousClock.now
        let isDue = known.withLock { known in
            guard let entry = known[queue.id], now - entry.written > queue.idleTimeout / 4 else { return false }
            known[queue.id]?.written = now
            return true
        }
        guard isDue else { return }
        let (tenant, id) = (queue.tenant, queue.id)
        try await pool.bound(
            to: tenant,
            ["UPDATE rt.queues SET last_poll_at = now() WHERE tenant = \(tenant.id) AND id = \(id)"]
        ) { _ in }
    }

    /// When a poll of the queue was last written to Postgres, as far as this process knows; milliseconds since 1970.
    func lastWritten(_ queue: Queue) -> Int64 {
        guard let entry = known.withLock({ $0[queue.id] }) else { return queue.lastPollAt.microseconds / 1000 }
        return Timestamp.now.microseconds / 1000 - Int64((ContinuousClock.now - entry.written) / .milliseconds(1))
    }

    /// Asks Postgres the next time: the queue was deleted elsewhere.
    func forget(_ id: UUID) { known.withLock { $0[id] = nil } }

    func forgetAll() { known.withLock { $0.removeAll() } }

    private func keep(_ queue: Queue) {
        let age = Duration.microseconds(max(0, Timestamp.now.microseconds - queue.lastPollAt.microseconds))
        known.withLock { known in
            // Whoever is dropped is read again at the next poll.
            if known.count >= Self.capacity { known.removeAll() }
            known[queue.id] = Entry(queue: queue, written: .now - age)
        }
    }

    private func list(in tenant: Tenant, where condition: SQL) async throws -> [Queue] {
        let query: SQL = """
            SELECT id, member, event_types, rooms, base, idle_timeout_s, durable, client, created_at, last_poll_at,
                   deleted_at IS NOT NULL
              FROM rt.queues WHERE tenant = \(tenant.id) AND \(condition) ORDER BY created_at, id
            """
        return try await pool.bound(to: tenant, [query]) { results in
            try results[0].decode(
                (
                    UUID, UUID, [String]?, [UUID]?, Int64, Int32, Bool, String?, PostgresTimestamp, PostgresTimestamp,
                    Bool
                ).self
            ).map { row in
                Queue(
                    id: row.0,
                    tenant: tenant,
                    user: UserID(row.1),
                    filter: QueueFilter(
                        types: row.2.map { Set($0.compactMap { RealtimeType(rawValue: $0) }) },
                        rooms: row.3.map { Set($0.map { RoomID($0) }) }
                    ),
                    base: row.4,
                    idleTimeout: .seconds(row.5),
                    durable: row.6,
                    client: row.7,
                    createdAt: Timestamp(microseconds: row.8.microsecondsSince1970),
                    lastPollAt: Timestamp(microseconds: row.9.microsecondsSince1970),
                    isDeleted: row.10
                )
            }
        }
    }
}
