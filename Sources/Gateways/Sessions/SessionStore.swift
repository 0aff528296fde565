internal import Crypto
package import EventStore
package import Events
package import Foundation
package import Logging
package import Postgres
internal import Projections
internal import Synchronization

/// Who bears a token, by the read models of the control log. Of tokens only the SHA-256 is stored.
///
/// Known tokens are cached for up to 60 seconds; a session that is ended is over in every process within a second, by `run`, which
/// reads in the log which were, so that it is whether anybody projects or not. While the control database is away the cache goes on
/// serving up to that minute.
/// An unknown token is remembered for three seconds, in a cache of its own, so that a flood of them neither reaches the
/// database each time nor drives out the good ones.
package final class SessionStore: Sendable {
    private static let life: Duration = .seconds(60)
    private static let lifeOfUnknown: Duration = .seconds(3)
    /// Longer than anything stays in the cache, or a poll that has asked at its begin may last: what ended before it is of nobody
    /// any more.
    private static let memory: Duration = life + .seconds(330)

    private struct State {
        var known = SessionCache<Standing>(capacity: 100_000)
        var unknown = SessionCache<Void>(capacity: 10_000)
        var ends = SessionEnds()
        /// Up to where the log was read for ends, and from where; nil before the first look.
        var heard: Position?
        var since: Position = 0
        /// What the read models were last seen to hold.
        var projected: Position = 0
        /// Used since the database was last told.
        var seen: Set<UUID> = []
        var observers: [@Sendable (SessionEnds) -> Void] = []
    }

    private let log: EventLog
    private let codec: EventCodec
    private let pool: PostgresPool
    private let logger: Logger
    /// How long ago somebody may have shown who they are for what is dangerous.
    package let recency: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - log: the control log.
    ///   - pool: connects to the control database as `daybook_gateway`.
    ///   - recency: how long ago somebody may have shown who they are for what is dangerous.
    package init(
        log: EventLog,
        codec: EventCodec,
        pool: PostgresPool,
        recency: Duration = .seconds(600),
        logger: Logger
    ) {
        self.recency = recency
        self.log = log
        self.codec = codec
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

        var found = try await find(hash)
        // Read before the position from which ends are known, it may have ended between the two. The next read is a later one.
        if let standing = found, !begin(at: standing.basis.asOf) { found = try await find(hash) }
        return state.withLock { state in
            guard let found else {
                state.unknown.keep((), for: hash, until: asked + Self.lifeOfUnknown)
                return nil
            }
            state.known.keep(found, for: hash, until: asked + Self.life)
            state.seen.insert(found.id)
            state.projected = max(state.projected, found.basis.asOf)
            return live(found, in: state)
        }
    }

    /// Lets ends be known from a position on, if they are not yet from another; false if those that follow it are not all known.
    private func begin(at position: Position) -> Bool {
        state.withLock { state in
            if state.heard == nil { (state.heard, state.since) = (position, position) }
            return state.since <= position
        }
    }

    /// Whether a session has ended since it was read, as far as this process has heard.
    package func isOver(_ session: Session) -> Bool { state.withLock { $0.ends.cover(session.basis) } }

    /// Calls `observer` with the ends that this process learns of, on the thread that learns them.
    package func onEnds(_ observer: @escaping @Sendable (SessionEnds) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Learns every half second which sessions were ended, until cancelled.
    package func run() async {
        var told = ContinuousClock.now
        var isAway = false
        while !Task.isCancelled {
            let now = ContinuousClock.now
            do {
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

    /// Learns now which sessions were ended since the last look, by whichever process. However long the database was away, none is
    /// missed: the log is read on from where it was read to.
    package func look() async throws {
        if state.withLock({ $0.heard }) == nil { _ = begin(at: try await projected()) }
        var heard = state.withLock { $0.heard } ?? 0
        while true {
            let page = try await log.read(of: .installation, after: heard, limit: 500)
            var ends: [(SessionRoot, Position)] = []
            for raw in page where SessionEnds.types.contains(raw.type.name) {
                ends += try await roots(of: raw).map { ($0, raw.position) }
            }
            heard = page.last?.position ?? heard
            learn(ends, upTo: heard)
            guard page.count == 500 else { return }
        }
    }

    /// Nothing can fail between an end's being known and everybody's being told.
    private func learn(_ ends: [(SessionRoot, Position)], upTo heard: Position) {
        let now = ContinuousClock.now
        let (news, observers) = state.withLock { state in
            var news = SessionEnds()
            for (root, position) in ends where state.ends.insert(root, at: position, heard: now) {
                _ = news.insert(root, at: position, heard: now)
            }
            state.heard = max(state.heard ?? 0, heard)
            state.ends.forget(heardBefore: now - Self.memory, projected: state.projected)
            return (news, state.observers)
        }
        guard !news.isEmpty else { return }
        for observer in observers { observer(news) }
    }

    /// What an event ends. One that cannot be understood ends nothing and holds nothing up: it is set aside by who projects, too.
    private func roots(of raw: RecordedEvent) async throws -> [SessionRoot] {
        do {
            guard case .control(let event) = try await codec.decode(raw).event else { return [] }
            return SessionEnds.roots(of: event)
        } catch let error as DecodeError {
            logger.error("an end of sessions is not understood", metadata: ["event": "\(raw.id)", "error": "\(error)"])
            return []
        }
    }

    /// Up to where the read models hold what the log says: what has ended until there, they know themselves.
    private static let checkpoint: SQL = """
        coalesce((SELECT position FROM rm.checkpoints
                   WHERE projection = \(ReadModelSet.control.name)
                     AND partition = \(Tenant.installation.partition.number)), 0)
        """

    private func projected() async throws(PostgresError) -> Position {
        try await pool.query("SELECT \(Self.checkpoint)", as: Int64.self, timeout: .seconds(5))[0]
    }

    private func find(_ hash: SHA256.Digest) async throws(PostgresError) -> Standing? {
        let hash = Array(hash)
        // Two look-ups by an index each: no plan for both conditions in one would use the two.
        let rows = try await pool.query(
            """
            SELECT s.id, s.account, s.tenant, t.partition, t.cell, s.member, s.opened_at,
                   least(s.until, coalesce(u.last_seen, s.opened_at) + make_interval(secs => s.idle_seconds)),
                   s.parent, p.account, s.credential, s.provider, coalesce(s.identity, p.identity),
                   coalesce(s.provider_session, p.provider_session), coalesce(s.authenticated_at, p.authenticated_at),
                   \(Self.checkpoint), s.scopes
              FROM (SELECT *, expires_at AS until FROM rm.sessions WHERE token_hash = \(hash)
                    UNION ALL
                    SELECT *, least(expires_at, previous_until) FROM rm.sessions WHERE previous_hash = \(hash)) s
              LEFT JOIN rm.tenants t ON t.tenant = s.tenant AND t.state = 'active'
              LEFT JOIN rm.sessions p ON p.id = s.parent
              LEFT JOIN control.session_use u ON u.session = s.id
             WHERE s.over_at IS NULL AND s.until > now()
            """,
            as: (
                UUID, UUID?, UUID?, Int32?, String?, UUID?, PostgresTimestamp, PostgresTimestamp, UUID?, UUID?, UUID?,
                String?, UUID?, UUID?, PostgresTimestamp?, Int64, [String]?
            ).self
        )
        guard
            let (
                id, account, tenant, partition, cell, user, openedAt, expiresAt, parent, parents, credential, provider,
                identity, providerSession, authenticatedAt, asOf, scopes
            ) = rows.first
        else { return nil }
        let expiry = Timestamp(microseconds: expiresAt.microsecondsSince1970)
        let authenticated = authenticatedAt.map { Timestamp(microseconds: $0.microsecondsSince1970) }
        var roots = [SessionRoot.session(SessionID(id))]
        if let identity {
            let identity = IdentityID(identity)
            roots += [
                .identity(identity), providerSession.map { .providerSession($0) } ?? .unnamedSession(of: identity),
            ]
        }
        if let account {
            roots.append(.account(AccountID(account)))
            return .account(
                AccountSession(
                    id: SessionID(id),
                    account: AccountID(account),
                    openedAt: Timestamp(microseconds: openedAt.microsecondsSince1970),
                    expiresAt: expiry,
                    basis: SessionBasis(roots: roots, asOf: asOf),
                    provider: provider,
                    authenticatedAt: authenticated
                )
            )
        }
        // Nobody comes into a tenant that is not active.
        guard let tenant, let partition, let cell, let user else { return nil }
        roots += [.user(UserID(user), of: TenantID(tenant)), .tenant(TenantID(tenant))]
        if let parent { roots.append(.session(SessionID(parent))) }
        if let parents { roots.append(.account(AccountID(parents))) }
        if let credential { roots.append(.credential(CredentialID(credential))) }
        return .user(
            Session(
                id: id,
                tenant: Tenant(id: tenant, partition: Partition(partition)),
                cell: cell,
                user: UserID(user),
                expiresAt: expiry,
                // One that this version does not know is good for nothing.
                scopes: scopes.map { Set($0.compactMap { TokenScope(rawValue: $0) }) },
                basis: SessionBasis(roots: roots, asOf: asOf),
                authenticatedAt: authenticated
            )
        )
    }

    /// Whether whose session it is has shown lately who they are. A session that came from no provider counts as recent for as
    /// long as it lasts: an operator has opened it on the machine, or an agent by its credential.
    ///
    /// - Parameter known: when, as far as this process knows; it may have been again since.
    package func isRecent(_ session: UUID, known: Timestamp?) async throws(PostgresError) -> Bool {
        guard let known else { return true }
        if isRecent(known) { return true }
        let rows = try await pool.query(
            """
            SELECT coalesce(s.authenticated_at, p.authenticated_at)
              FROM rm.sessions s LEFT JOIN rm.sessions p ON p.id = s.parent WHERE s.id = \(session)
            """,
            as: PostgresTimestamp?.self
        )
        guard let row = rows.first, let time = row else { return false }
        return isRecent(Timestamp(microseconds: time.microsecondsSince1970))
    }

    private func isRecent(_ time: Timestamp) -> Bool {
        Timestamp.now.microseconds - time.microseconds <= recency.components.seconds * 1_000_000
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
        state.ends.cover(standing.basis) || standing.expiresAt <= .now ? nil : standing
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
