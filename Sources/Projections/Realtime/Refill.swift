package import EventStore
package import Events
internal import Foundation
package import Postgres

/// Makes up a user's queue from the log, for whatever Redis does not hold.
package struct Refill: Sendable {
    /// A page of it.
    package struct Page: Sendable {
        package let events: [RealtimeEvent]
        /// Everything up to here is in the page or not for this user.
        package let through: RealtimePlace
    }

    /// How many events of the log one page looks at, whether the user sees them or not.
    package static let scanLimit = 10_000
    private static let batch = 500

    private let log: EventLog
    private let codec: EventCodec
    /// Connects as `daybook_gateway`.
    private let pool: PostgresPool

    package init(log: EventLog, codec: EventCodec, pool: PostgresPool) {
        self.log = log
        self.codec = codec
        self.pool = pool
    }

    /// Up to `limit` events after `place` that lie at or before `last`, which must be a position that is projected.
    ///
    /// - Parameters:
    ///   - horizon: how far the user has been told of losses, at or after `last`: nothing of what is lost by then is given, and all
    ///     that is lost later. So what comes from a queue after a page leaves nothing out that the page gave, nor the other way round.
    ///   - matches: what is wanted of what the user may see.
    package func page(
        of tenant: Tenant,
        for user: UserID,
        after place: RealtimePlace,
        through last: Position,
        asOf horizon: Position,
        limit: Int,
        where matches: (RealtimeType, RoomID?) -> Bool = { _, _ in true }
    ) async throws -> Page {
        var events: [RealtimeEvent] = []
        // The event at the place itself is derived again: it may have given more than what lies before the place.
        var position = place.position - (place.index == .max ? 0 : 1)
        var visibility: Visibility?
        var scanned = 0
        while position < last, scanned < Self.scanLimit {
            let raw = try await log.read(of: tenant, after: position, through: last, limit: Self.batch)
            guard let end = raw.last?.position else { break }
            scanned += raw.count
            let logged = try await decode(raw)
            let (facts, seen) = try await load(logged, user, tenant, asOf: horizon, known: visibility)
            visibility = seen
            for event in try facts.readable(logged).flatMap({ RealtimeDerivation.events(of: $0, knowing: facts) })
            where event.place > place && matches(event.type, event.room) && seen.sees(event) {
                events.append(event)
                if events.count == limit { return Page(events: events, through: event.place) }
            }
            position = end
            if raw.count < Self.batch { return Page(events: events, through: .end(of: last)) }
        }
        return Page(events: events, through: .end(of: scanned < Self.scanLimit ? last : position))
    }

    /// The events at these positions, as everybody would be told them; whether a user may see them is not asked.
    package func events(of tenant: Tenant, at positions: Set<Position>) async throws -> [RealtimeEvent] {
        var raw: [RecordedEvent] = []
        for position in positions.sorted() {
            raw += try await log.read(of: tenant, after: position - 1, through: position, limit: 1)
        }
        let logged = try await decode(raw)
        guard !logged.isEmpty else { return [] }
        let questions = RealtimeFacts.everything(about: logged)
        let facts = try await pool.bound(to: tenant, questions.map(\.sql)) { try RealtimeFacts(questions, $0) }
        return try facts.readable(logged).flatMap { RealtimeDerivation.events(of: $0, knowing: facts) }
    }

    /// When the event at this place was recorded, or the first after it.
    package func recordedAt(_ place: RealtimePlace, of tenant: Tenant) async throws -> Timestamp? {
        try await log.read(of: tenant, after: place.position - 1, limit: 1).first.map {
            Timestamp(microseconds: $0.recordedAt)
        }
    }

    private func decode(_ raw: [RecordedEvent]) async throws -> [LogEvent] {
        var logged: [LogEvent] = []
        logged.reserveCapacity(raw.count)
        for event in raw { logged.append(try await LogEvent(event, by: codec)) }
        return logged
    }

    private func load(
        _ logged: [LogEvent],
        _ user: UserID,
        _ tenant: Tenant,
        asOf horizon: Position,
        known: Visibility?
    ) async throws -> (RealtimeFacts, Visibility) {
        let questions = RealtimeFacts.everything(about: logged)
        let queries = questions.map(\.sql)
        if let known { return (try await pool.bound(to: tenant, queries) { try RealtimeFacts(questions, $0) }, known) }
        return try await pool.bound(to: tenant, queries + Visibility.queries(for: user, in: tenant)) { results in
            let count = questions.count
            let visibility = try Visibility(user: user, asOf: horizon, results[count], results[count + 1])
            return (try RealtimeFacts(questions, results.prefix(count)), visibility)
        }
    }
}

extension PostgresPool {
    /// Runs statements in one transaction that row-level security binds to the tenant.
    package func bound<Value: Sendable>(
        to tenant: Tenant,
        _ queries: [SQL],
        decode: @escaping @Sendable ([PostgresResult]) throws -> Value
    ) async throws -> Value {
        try await withConnection { connection in
            let binding: SQL = "SELECT set_config('daybook.tenant', \(tenant.id.text), true)"
            return try decode(Array(try connection.pipeline([binding] + queries).dropFirst()))
        }
    }
}
