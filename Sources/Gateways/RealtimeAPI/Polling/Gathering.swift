internal import EventStore
internal import Events
internal import Foundation
internal import Logging
internal import Postgres
internal import Projections
internal import Redis

/// Finds what a queue's client has not had yet: in Redis after the user's floor, in the log before it, and in the log alone when
/// Redis is away.
struct Gathering: Sendable {
    /// What was found.
    struct Found: Sendable {
        var events: [RealtimePayload] = []
        /// Everything up to here is in `events` or not for this queue.
        var through: RealtimePlace
        /// Events that came from the log since Redis held them last.
        var refilled: UInt32
        /// More may be there at once: the log was not looked through to its end.
        var isPartial = false
        /// Up to here everything there is was looked at; how far the answer's `head` is.
        var horizon: Position
        /// Nobody will wake the poll: Redis is away, or the fan-out does not serve the user yet.
        var mustLookAgain = false
        /// Who polled the queue before the poll that was noted, as far as Redis knows.
        var before: HotQueues.LastPoll?
    }

    let queue: Queue
    let hot: HotQueues
    let payloads: PayloadCache
    let refill: Refill
    let checkpoints: Checkpoints
    let refillLimit: UInt32
    let metrics: RealtimeMetrics
    let logger: Logger

    /// At most `limit` events after the cursor's place.
    ///
    /// - Parameter noting: a poll that is written down on the way.
    func find(after cursor: Cursor, limit: Int, noting: HotQueues.LastPoll? = nil) async throws -> Found {
        let look: HotQueues.Look?
        var before: HotQueues.LastPoll?
        do {
            // A few more than are asked for, since some may not pass.
            (look, before) = try await hot.look(
                queue.owner,
                in: queue.tenant.partition,
                after: cursor.place,
                limit: limit + 100,
                noting: noting.map { HotQueues.Noting(poll: $0, queue: queue) }
            )
        } catch {
            guard error.isUnavailable else { throw error }
            logger.debug("Redis is away; the log answers", metadata: ["error": "\(error)"])
            look = nil
        }
        guard let look else {
            let horizon = try await checkpoints.current(queue.tenant.partition)
            var found = Found(through: cursor.place, refilled: cursor.refilled, horizon: horizon, mustLookAgain: true)
            found.before = before
            try await fill(&found, through: horizon, limit: limit)
            return found
        }
        var found = Found(through: cursor.place, refilled: cursor.refilled, horizon: look.watermark)
        found.before = before
        guard let fences = look.fences else {
            // Nobody had a queue of this user, so none is kept: the fan-out learns of it, the log answers meanwhile.
            found.mustLookAgain = true
            // The poll looks again in a second, and then says it again.
            try? await hot.noteInterest(queue.owner, in: queue.tenant.partition)
            try await fill(&found, through: look.watermark, limit: limit)
            return found
        }
        if cursor.place < .end(of: min(fences.floor, look.watermark)) {
            try await fill(&found, through: min(fences.floor, look.watermark), limit: limit)
            if found.isPartial || found.events.count == limit { return found }
        } else {
            found.refilled = 0
        }
        try await take(look, fences, &found, limit: limit)
        return found
    }

    /// Takes the entries that pass, in order.
    private func take(_ look: HotQueues.Look, _ fences: FanoutFences, _ found: inout Found, limit: Int) async throws {
        var through = max(found.through, look.through)
        var places: [RealtimePlace] = []
        var resyncs = 0
        let floor = RealtimePlace.end(of: fences.floor)
        for entry in look.entries where entry.place > found.through && entry.place > floor {
            guard !fences.withholds(entry), queue.filter.passes(entry.type, entry.room) else { continue }
            places.append(entry.place)
            if entry.type == .resync { resyncs += 1 }
            if found.events.count + places.count == limit {
                through = entry.place
                break
            }
        }
        // What the log does not give any more is parked by now, and so not for this queue.
        found.events += try await payloads.payloads(places, of: queue.tenant).compactMap(\.self)
        metrics.accessChanged(resyncs)
        found.isPartial = through < .end(of: look.watermark)
        found.through = through
    }

    /// Takes what the log has up to `position`; when it has been asked for too much already, says so instead.
    private func fill(_ found: inout Found, through position: Position, limit: Int) async throws {
        guard found.through < .end(of: position) else { return }
        if found.refilled >= refillLimit {
            metrics.overflowed()
            found.events.append(try await overflow(found.through))
            found.through = .end(of: position)
            found.refilled = 0
            return
        }
        let page = try await refill.page(
            of: queue.tenant,
            for: queue.user,
            after: found.through,
            through: position,
            asOf: found.horizon,
            limit: min(limit, Int(refillLimit - found.refilled)),
            where: queue.filter.passes
        )
        metrics.refilled(page.events.count)
        metrics.accessChanged(page.events.count { $0.type == .resync })
        found.events += page.events.map(\.payload)
        found.through = page.through
        found.refilled += UInt32(page.events.count)
        found.isPartial = page.through < .end(of: position)
    }

    /// What was missed is too much to be told: everything is to be loaded afresh. Also where a queue has chosen rooms, since
    /// events of no room were missed with the others.
    private func overflow(_ place: RealtimePlace) async throws -> RealtimePayload {
        let since = try await refill.recordedAt(place, of: queue.tenant) ?? queue.createdAt
        return RealtimePayload.resync(reason: "overflow", since: since, naming: (queue.id, place))
    }
}

/// How far the read models are, for when Redis cannot say. One query serves all who ask within a moment.
actor Checkpoints {
    private static let lifetime = Duration.milliseconds(200)

    private let pool: PostgresPool
    private var known: [Partition: Position] = [:]
    private var until = ContinuousClock.now
    private var asking: Task<[Partition: Position], any Error>?

    init(pool: PostgresPool) { self.pool = pool }

    func current(_ partition: Partition) async throws -> Position {
        if until > .now, let position = known[partition] { return position }
        if asking == nil {
            let pool = pool
            asking = Task {
                let rows = try await pool.query(
                    "SELECT partition, position FROM rm.checkpoints WHERE projection = 'product'",
                    as: (Int32, Position).self
                )
                return Dictionary(uniqueKeysWithValues: rows.map { (Partition($0), $1) })
            }
        }
        guard let asking else { preconditionFailure("somebody asks") }
        let result = await asking.result
        if self.asking == asking {
            self.asking = nil
            if case .success(let positions) = result { (known, until) = (positions, .now + Self.lifetime) }
        }
        return try result.get()[partition] ?? 0
    }
}
