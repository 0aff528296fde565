package import Crypto
package import Foundation
package import Logging
package import Postgres
internal import Synchronization

/// The data keys of the people whose words are sealed in the log, one key a subject, wrapped by a master key in
/// `es.subject_keys`. Destroying a key is forgetting the person: what it sealed can never be read again.
///
/// Keys are cached, at most `capacity` of each kind and for at most `maximumAge`. `run` asks each second which were destroyed,
/// so a key is forgotten here within two seconds of its end; a process that cannot ask cannot read the log either.
package final class Keyring: Sendable {
    package enum Entry: Sendable {
        case key(SymmetricKey)
        case destroyed
    }

    package struct Current: Sendable {
        package let id: UUID
        package let key: SymmetricKey
    }

    private struct Subject: Hashable {
        let tenant: UUID
        let subject: UUID
    }

    private struct Cache {
        var entries: RecentCache<UUID, Entry>
        /// nil for a subject whose key was destroyed.
        var current: RecentCache<Subject, Current?>
    }

    private let masterKey: any KeyManagement
    private let wrapping: KeyWrapping
    private let pool: PostgresPool
    private let maximumAge: Duration
    private let cache: Mutex<Cache>

    /// `pool` connects as `daybook_appender`, which may call `es.subject_key` and `es.subject_keys_of`.
    package init(
        masterKey: any KeyManagement,
        pool: PostgresPool,
        capacity: Int = 100_000,
        maximumAge: Duration = .seconds(600)
    ) {
        self.masterKey = masterKey
        wrapping = KeyWrapping(keys: masterKey)
        self.pool = pool
        self.maximumAge = maximumAge
        cache = Mutex(
            Cache(
                entries: RecentCache(capacity: capacity, maximumAge: maximumAge),
                current: RecentCache(capacity: capacity, maximumAge: maximumAge)
            )
        )
    }

    /// For what must be recognized when it is asked for again, and must not tell anybody what it was.
    package var requestSecrets: DerivedKeys { masterKey.derived(for: "command-request") }

    /// The subject's key to seal with; made on first use, the same for all processes. A destroyed subject gets none: nil.
    /// A key that does not open under the master keys throws `.decoding`.
    package func current(of subject: UUID, in tenant: UUID) async throws(PostgresError) -> Current? {
        let who = Subject(tenant: tenant, subject: subject)
        if let known = cache.withLock({ $0.current[who] }) { return known }

        let id = UUID.v7()
        let wrapped = wrapping.wrap(SymmetricKey(size: .bits256), id: id, of: subject, in: tenant)
        let row = try await pool.query(
            "SELECT id, wrapped FROM es.subject_key(\(tenant), \(subject), \(id), \(wrapped))",
            as: (UUID, [UInt8]?).self
        )[0]
        let current = try row.1.map { (wrapped) throws(PostgresError) in
            Current(id: row.0, key: try wrapping.unwrap(wrapped, id: row.0, of: subject, in: tenant))
        }
        cache.withLock {
            $0.current[who] = .some(current)
            $0.entries[row.0] = current.map { .key($0.key) } ?? .destroyed
        }
        return current
    }

    /// What is known of a key without asking the database.
    package func cached(_ id: UUID) -> Entry? {
        cache.withLock { $0.entries[id] }
    }

    /// Makes `cached` know these keys. An id that the table does not know counts as destroyed.
    package func load(_ ids: Set<UUID>) async throws(PostgresError) {
        let unknown = unknown(ids)
        guard !unknown.isEmpty else { return }
        try await pool.withConnection { (connection) throws(PostgresError) in
            try self.fetch(unknown, on: connection)
        }
    }

    /// The same on a connection that the caller owns, as `daybook_appender` or `daybook_projector`.
    package func load(_ ids: Set<UUID>, on connection: PostgresConnection) throws(PostgresError) {
        let unknown = unknown(ids)
        guard !unknown.isEmpty else { return }
        try fetch(unknown, on: connection)
    }

    /// Destroys a subject's keys, in the transaction of a connection of `daybook_projector`. Keyrings forget them once they `learn`.
    package static func destroying(_ subject: UUID, in tenant: UUID) -> SQL {
        "SELECT es.destroy_subject_keys(\(tenant), \(subject))"
    }

    /// Learns each second which keys were destroyed, until cancelled.
    package func run(logger: Logger) async {
        var isAway = false
        while !Task.isCancelled {
            do throws(PostgresError) {
                try await learn()
                if isAway { logger.notice("the key table is back") }
                isAway = false
            } catch {
                guard !Task.isCancelled else { return }
                if !isAway { logger.warning("cannot ask which keys were destroyed", metadata: ["error": "\(error)"]) }
                isAway = true
            }
            // A cancelled sleep ends the loop.
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Forgets the keys that were destroyed since anything in the cache was loaded.
    package func learn() async throws(PostgresError) {
        // A key's end is dated when its transaction began, and seen when it commits.
        let window = maximumAge + .seconds(120)
        let destroyed = try await pool.query(
            """
            SELECT id, tenant, subject
              FROM es.destroyed_subject_keys(make_interval(secs => \(Double(window.components.seconds))))
            """,
            as: (UUID, UUID, UUID).self,
            timeout: .seconds(5)
        )
        cache.withLock { cache in
            for (id, tenant, subject) in destroyed {
                cache.entries[id] = .destroyed
                cache.current[Subject(tenant: tenant, subject: subject)] = .some(nil)
            }
        }
    }

    private func unknown(_ ids: Set<UUID>) -> [UUID] {
        cache.withLock { cache in ids.filter { cache.entries[$0] == nil } }
    }

    private func fetch(_ ids: [UUID], on connection: PostgresConnection) throws(PostgresError) {
        let rows = try connection.execute("SELECT id, tenant, subject, wrapped FROM es.subject_keys_of(\(ids))")
            .decode((UUID, UUID, UUID, [UInt8]?).self)
        var entries = Dictionary(uniqueKeysWithValues: ids.map { ($0, Entry.destroyed) })
        for (id, tenant, subject, wrapped) in rows {
            guard let wrapped else { continue }
            entries[id] = .key(try wrapping.unwrap(wrapped, id: id, of: subject, in: tenant))
        }
        cache.withLock { cache in
            for (id, entry) in entries { cache.entries[id] = entry }
        }
    }
}
