internal import Crypto
package import EventStore
package import Events
package import Foundation
package import Logging
package import Postgres
internal import Synchronization

/// Sessions in the control database. Tokens are 32 random bytes, `dbk_` + base64url; only their SHA-256 is stored.
///
/// Known tokens are cached for up to 60 seconds; a revoked session is forgotten by every process within a second, by
/// `run`, which asks for new revocations. While the control database is away the cache goes on serving up to that minute.
/// An unknown token is remembered for three seconds, in a cache of its own, so that a flood of them neither reaches the
/// database each time nor drives out the good ones.
package final class SessionStore: Sendable {
    private static let life: Duration = .seconds(60)
    private static let lifeOfUnknown: Duration = .seconds(3)
    /// Longer than anything stays in the cache: what was revoked before it is not cached any more.
    private static let memory: Duration = life + .seconds(30)

    private struct State {
        var known = SessionCache<Session>(capacity: 100_000)
        var unknown = SessionCache<Void>(capacity: 10_000)
        /// What was revoked of late, whether it is in the cache or not, and when this was last heard; it wins over the cache.
        var revoked: [UUID: ContinuousClock.Instant] = [:]
        /// Used since the database was last told.
        var seen: Set<UUID> = []
        var observers: [@Sendable (UUID) -> Void] = []
    }

    private let pool: PostgresPool
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter pool: connects to the control database as `daybook_gateway`.
    package init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Opens a session and gives its token, which is nowhere else.
    package func open(
        tenant: Tenant,
        user: UserID,
        lifetime: Duration,
        label: String
    ) async throws -> (session: Session, token: String) {
        let token = SessionToken()
        let expiry = Timestamp(microseconds: Timestamp.now.microseconds + lifetime.microseconds)
        let session = Session(id: .v7(), tenant: tenant, user: user, expiresAt: expiry)
        try await pool.execute(
            """
            INSERT INTO control.sessions (id, token_hash, tenant, partition, user_id, label, expires_at)
            VALUES (\(session.id), \(Array(token.hash)), \(tenant.id), \(tenant.partition.number), \(user.uuid), \(label),
                    \(PostgresTimestamp(microsecondsSince1970: expiry.microseconds)))
            """
        )
        return (session, token.text)
    }

    /// The session of a live token; nil for any other. Throws when the control database is away and the token is not cached.
    package func authenticate(_ token: String) async throws(PostgresError) -> Session? {
        guard let token = SessionToken(token) else { return nil }
        let hash = token.hash
        let asked = ContinuousClock.now
        let cached = state.withLock { state -> Session?? in
            if let session = state.known.find(hash, at: asked) { return .some(live(session, in: state)) }
            return state.unknown.find(hash, at: asked) == nil ? nil : .some(nil)
        }
        if let cached { return cached }

        let found = try await find(hash)
        return state.withLock { state in
            guard let found else {
                state.unknown.keep((), for: hash, until: asked + Self.lifeOfUnknown)
                return nil
            }
            state.known.keep(found, for: hash, until: asked + Self.life)
            state.seen.insert(found.id)
            return live(found, in: state)
        }
    }

    /// Ends a session, here at once and elsewhere within a second.
    ///
    /// - Returns: false if there is none, or it was revoked before.
    @discardableResult
    package func revoke(_ id: UUID) async throws -> Bool {
        let rows = try await pool.execute(
            "UPDATE control.sessions SET revoked_at = now() WHERE id = \(id) AND revoked_at IS NULL"
        )
        learn([id])
        return rows > 0
    }

    /// Ends all sessions of a user, as `revoke` does, and takes what they were called away: it may name a person or their things.
    package func forget(_ user: UserID, of tenant: Tenant) async throws {
        let rows = try await pool.query(
            """
            UPDATE control.sessions SET revoked_at = coalesce(revoked_at, now()), label = ''
             WHERE tenant = \(tenant.id) AND user_id = \(user.uuid)
            RETURNING id
            """,
            as: UUID.self
        )
        learn(rows)
    }

    /// Calls `observer` for each session that this process learns is revoked, on the thread that learns it.
    package func onRevoked(_ observer: @escaping @Sendable (UUID) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Learns of revocations every half second until cancelled.
    package func run() async {
        var learned = ContinuousClock.now
        var told = learned
        var isAway = false
        while !Task.isCancelled {
            let now = ContinuousClock.now
            do throws(PostgresError) {
                // However long the database was away, nothing that was revoked meanwhile is missed.
                let window = max(Self.memory, now - learned + Self.memory)
                let revoked = try await pool.query(
                    """
                    SELECT id FROM control.sessions
                    WHERE revoked_at > now() - make_interval(secs => \(Double(window.components.seconds)))
                    """,
                    as: UUID.self,
                    timeout: .seconds(5)
                )
                learn(revoked)
                learned = now
                if now - told > .seconds(30) {
                    try await tellLastSeen()
                    told = now
                }
                if isAway { logger.notice("the control database is back") }
                isAway = false
            } catch {
                guard !Task.isCancelled else { return }
                if !isAway {
                    logger.warning("cannot ask the control database for revocations", metadata: ["error": "\(error)"])
                }
                isAway = true
            }
            // A cancelled sleep ends the loop.
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func find(_ hash: SHA256.Digest) async throws(PostgresError) -> Session? {
        let rows = try await pool.query(
            """
            SELECT id, tenant, partition, user_id, expires_at FROM control.sessions
            WHERE token_hash = \(Array(hash)) AND revoked_at IS NULL AND expires_at > now()
            """,
            as: (UUID, UUID, Int32, UUID, PostgresTimestamp).self
        )
        return rows.first.map { id, tenant, partition, user, expiry in
            Session(
                id: id,
                tenant: Tenant(id: tenant, partition: Partition(partition)),
                user: UserID(user),
                expiresAt: Timestamp(microseconds: expiry.microsecondsSince1970)
            )
        }
    }

    private func live(_ session: Session, in state: borrowing State) -> Session? {
        state.revoked[session.id] != nil || session.expiresAt <= .now ? nil : session
    }

    private func learn(_ ids: [UUID]) {
        let now = ContinuousClock.now
        let (news, observers) = state.withLock { state in
            let news = ids.filter { state.revoked[$0] == nil }
            for id in ids { state.revoked[id] = now }
            // By now the cache has forgotten them as well.
            state.revoked = state.revoked.filter { now - $0.value < Self.memory }
            return (news, state.observers)
        }
        for id in news {
            for observer in observers { observer(id) }
        }
    }

    private func tellLastSeen() async throws(PostgresError) {
        let seen = state.withLock { state in
            defer { state.seen = [] }
            return Array(state.seen)
        }
        guard !seen.isEmpty else { return }
        try await pool.execute(
            """
            UPDATE control.sessions SET last_seen = now()
            WHERE id = ANY(\(seen)) AND last_seen < now() - interval '5 minutes'
            """
        )
    }
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
