internal import Crypto
package import EventStore
package import Events
package import Foundation
package import Logging
package import Postgres
internal import Synchronization

/// Who bears a token, by the read models of the control log. Of tokens only the SHA-256 is stored.
///
/// Known tokens are cached for up to 60 seconds; a session that is ended is forgotten by every process within a second, by
/// `run`, which asks which were. While the control database is away the cache goes on serving up to that minute.
/// An unknown token is remembered for three seconds, in a cache of its own, so that a flood of them neither reaches the
/// database each time nor drives out the good ones.
package final class SessionStore: Sendable {
    private static let life: Duration = .seconds(60)
    private static let lifeOfUnknown: Duration = .seconds(3)
    /// Longer than anything stays in the cache: what was revoked before it is not cached any more.
    private static let memory: Duration = life + .seconds(30)

    private struct State {
        var known = SessionCache<Standing>(capacity: 100_000)
        var unknown = SessionCache<Void>(capacity: 10_000)
        /// What was ended of late, whether it is in the cache or not, and when this was last heard; it wins over the cache.
        var revoked: [UUID: ContinuousClock.Instant] = [:]
        /// Of the last end that was heard of; nil before the first look.
        var heard: Position?
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

    /// The session of a live token; nil for any other. Throws when the control database is away and the token is not cached.
    package func authenticate(_ token: String) async throws(PostgresError) -> Session? {
        guard let token = SessionToken(token, of: .user), case .user(let session) = try await standing(token.hash)
        else {
            return nil
        }
        return session
    }

    /// The same of a person who has chosen no tenant yet.
    package func authenticateAccount(_ token: String) async throws(PostgresError) -> AccountSession? {
        guard let token = SessionToken(token, of: .account), case .account(let session) = try await standing(token.hash)
        else { return nil }
        return session
    }

    /// Whether it is known of a user's token, without asking the database, if it is good.
    package func remembers(_ token: String) -> Bool {
        guard let hash = SessionToken(token, of: .user)?.hash else { return true }
        return state.withLock { state in
            state.known.find(hash, at: .now) != nil || state.unknown.find(hash, at: .now) != nil
        }
    }

    private func standing(_ hash: SHA256.Digest) async throws(PostgresError) -> Standing? {
        let asked = ContinuousClock.now
        let cached = state.withLock { state -> Standing?? in
            if let standing = state.known.find(hash, at: asked) { return .some(live(standing, in: state)) }
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

    /// Calls `observer` for each session that this process learns is over, on the thread that learns it.
    package func onRevoked(_ observer: @escaping @Sendable (UUID) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Learns every half second which sessions were ended, until cancelled.
    package func run() async {
        var told = ContinuousClock.now
        var isAway = false
        while !Task.isCancelled {
            let now = ContinuousClock.now
            do throws(PostgresError) {
                try await look()
                if now - told > .seconds(30) {
                    try await tellLastSeen()
                    told = now
                }
                if isAway { logger.notice("the control database is back") }
                isAway = false
            } catch {
                guard !Task.isCancelled else { return }
                if !isAway {
                    logger.warning(
                        "cannot ask the control database which sessions are over",
                        metadata: ["error": "\(error)"]
                    )
                }
                isAway = true
            }
            // A cancelled sleep ends the loop.
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Learns now which sessions were ended since the last look, by whichever process. However long the database or the projector
    /// was away, none is missed: ends are told apart by their place in the log, in the order in which they are projected.
    package func look() async throws(PostgresError) {
        let heard = state.withLock { $0.heard }
        let news: SQL =
            if let heard { "over_position > \(heard)" } else {
                "over_at > now() - make_interval(secs => \(Double(Self.memory.components.seconds)))"
            }
        let rows = try await pool.query(
            "SELECT id, over_position FROM rm.sessions WHERE \(news)",
            as: (UUID, Int64).self,
            timeout: .seconds(5)
        )
        learn(rows.map(\.0))
        guard let last = rows.map(\.1).max() else { return }
        state.withLock { $0.heard = max($0.heard ?? 0, last) }
    }

    private func find(_ hash: SHA256.Digest) async throws(PostgresError) -> Standing? {
        let hash = Array(hash)
        // Two look-ups by an index each: no plan for both conditions in one would use the two.
        let rows = try await pool.query(
            """
            SELECT s.id, s.account, s.tenant, t.partition, s.member, s.opened_at,
                   least(s.until, coalesce(u.last_seen, s.opened_at) + make_interval(secs => s.idle_seconds))
              FROM (SELECT *, expires_at AS until FROM rm.sessions WHERE token_hash = \(hash)
                    UNION ALL
                    SELECT *, least(expires_at, previous_until) FROM rm.sessions WHERE previous_hash = \(hash)) s
              LEFT JOIN rm.tenants t ON t.tenant = s.tenant AND t.state = 'active'
              LEFT JOIN control.session_use u ON u.session = s.id
             WHERE s.over_at IS NULL AND s.until > now()
            """,
            as: (UUID, UUID?, UUID?, Int32?, UUID?, PostgresTimestamp, PostgresTimestamp).self
        )
        guard let (id, account, tenant, partition, user, openedAt, expiresAt) = rows.first else { return nil }
        let expiry = Timestamp(microseconds: expiresAt.microsecondsSince1970)
        if let account {
            return .account(
                AccountSession(
                    id: SessionID(id),
                    account: AccountID(account),
                    openedAt: Timestamp(microseconds: openedAt.microsecondsSince1970),
                    expiresAt: expiry
                )
            )
        }
        // Nobody comes into a tenant that is not active.
        guard let tenant, let partition, let user else { return nil }
        return .user(
            Session(
                id: id,
                tenant: Tenant(id: tenant, partition: Partition(partition)),
                user: UserID(user),
                expiresAt: expiry
            )
        )
    }

    /// Whose a token is or was.
    enum AnyToken {
        case good(SessionID)
        /// It was replaced, and the time in which both are good is over.
        case replaced(SessionID)
    }

    /// The session that is not over of which this is a token, or was; not from the cache.
    func find(anyTokenOf hash: SHA256.Digest) async throws(PostgresError) -> AnyToken? {
        let hash = Array(hash)
        let rows = try await pool.query(
            """
            SELECT s.id, s.is_good
              FROM (SELECT *, true AS is_good FROM rm.sessions WHERE token_hash = \(hash)
                    UNION ALL
                    SELECT *, previous_until > now() FROM rm.sessions WHERE previous_hash = \(hash)) s
              LEFT JOIN control.session_use u ON u.session = s.id
             WHERE s.over_at IS NULL AND s.expires_at > now()
               AND coalesce(u.last_seen, s.opened_at) + make_interval(secs => s.idle_seconds) > now()
            """,
            as: (UUID, Bool).self
        )
        return rows.first.map { $0.1 ? .good(SessionID($0.0)) : .replaced(SessionID($0.0)) }
    }

    private func live(_ standing: Standing, in state: borrowing State) -> Standing? {
        state.revoked[standing.id] != nil || standing.expiresAt <= .now ? nil : standing
    }

    /// Forgets sessions, and tells who wants to know.
    func learn(_ ids: [UUID]) {
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
            INSERT INTO control.session_use AS u (session, last_seen) SELECT s, now() FROM unnest(\(seen)) s
            ON CONFLICT (session) DO UPDATE SET last_seen = now() WHERE u.last_seen < now() - interval '5 minutes'
            """
        )
    }
}
