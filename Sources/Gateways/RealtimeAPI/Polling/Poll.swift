internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Projections
internal import Redis
internal import Sessions

/// What a poll asks for.
struct PollRequest: Sendable {
    let queue: Queue
    let session: Session
    let channel: any Channel
    let cursor: Cursor
    let timeout: Duration
    let limit: Int
    /// Answers must be at least this fresh.
    let minPosition: Position?
}

/// What a poll answers, put together from bytes.
struct PollAnswer: EndpointAnswer {
    let bytes: ByteBuffer

    static var answerShape: JSONShape? {
        .named(
            "Batch",
            .object([
                .init("events", .array(.named("Event", .event))), .init("cursor", .text),
                .init("head", .noted(.text, .about("A position: everything up to there has been looked at."))),
                .init("from", .integer), .init("to", .integer),
                .absentable(
                    "retry_after_ms",
                    .noted(.integer, .about("This process is about to end: poll again then."))
                ),
            ])
        )
    }

    func written() -> ByteBuffer? { bytes }
}

extension RealtimeAPI {
    /// How often a poll that nobody will wake looks by itself.
    private static let lookAgain = Duration.seconds(1)
    /// How long one at most looks away that waits for the fan-out to come to a position.
    private static let longestPause = Duration.milliseconds(250)

    func poll(_ request: PollRequest, logger: Logger) async throws -> PollAnswer {
        let queue = request.queue
        let waiter = Waiter(queue: queue.id, owner: queue.owner, session: request.session, channel: request.channel)
        hub.enter(waiter)
        defer { hub.leave(waiter) }
        // The session may have ended before the hub knew whom to tell.
        if sessions.isOver(request.session) { throw Problem.sessionEnded }
        let deadline = ContinuousClock.now + request.timeout

        var cursor = request.cursor
        let gathering = gathering(queue, logger)
        var note: HotQueues.LastPoll? = note(of: waiter, request)
        var pause = Duration.milliseconds(10)
        while true {
            waiter.arm()
            let found = try await gathering.find(after: cursor, limit: request.limit, noting: note)
            if note != nil {
                note = nil
                try await take(queue, from: found.before, logger)
                try await refuseFuture(request.cursor, of: queue.tenant, horizon: found.horizon)
            }
            if let end = waiter.end { return try answer(end, request, cursor, found.horizon) }
            cursor.place = max(cursor.place, found.through)
            cursor.refilled = found.refilled
            if !found.events.isEmpty || found.isPartial {
                metrics.answered(with: found.events.count)
                return answer(found.events, request, cursor, found.horizon)
            }
            if let position = request.minPosition, found.horizon < position {
                guard deadline > .now else { throw Problem.queueBehind }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
                continue
            }
            waiter.cover(found.horizon)
            guard deadline > .now else {
                metrics.answered(with: 0)
                return answer([], request, cursor, found.horizon)
            }
            let until =
                found.mustLookAgain ? min(deadline, .now + Self.lookAgain * Double.random(in: 0.8...1.2)) : deadline
            let reason = await waiter.wait(until: until)
            if reason.isFinal { return try answer(reason, request, cursor, found.horizon) }
        }
    }

    /// A cursor past what can be seen yet waits; one past the log's head was never given out by this log.
    private func refuseFuture(_ cursor: Cursor, of tenant: Tenant, horizon: Position) async throws {
        guard cursor.place.position > horizon else { return }
        let heads = try await log.currentHeads()
        guard cursor.place.position <= heads[tenant.partition] ?? 0 else { throw Problem.badCursor }
    }

    /// The poll as the other gateways see it.
    private func note(of waiter: Waiter, _ request: PollRequest) -> HotQueues.LastPoll {
        let until = Timestamp.now.microseconds / 1000 + Int64(request.timeout / .milliseconds(1))
        return HotQueues.LastPoll(waiter.id, gateway: gateway, until: until, place: request.cursor.place)
    }

    /// Ends the poll from which this one takes over, and refuses a queue whose time is over.
    private func take(_ queue: Queue, from last: HotQueues.LastPoll?, _ logger: Logger) async throws {
        let now = Timestamp.now.microseconds / 1000
        if let last, last.gateway != gateway, last.until > now {
            do {
                let notice = HotQueues.Notice(.superseded, last.poll, of: queue.owner, gateway: gateway)
                try await hot.tell(notice, to: last.gateway)
            } catch {
                guard error.isUnavailable else { throw error }
                logger.debug("Redis is away; the older poll is not ended", metadata: ["error": "\(error)"])
            }
        }
        let idle = Int64(queue.idleTimeout / .milliseconds(1))
        // Where Redis has forgotten, Postgres knows it to a quarter of the idle time, and a poll may last five minutes.
        let alive = last?.until ?? registry.lastWritten(queue) + idle / 4 + 300_000
        if !queue.durable, now > alive + idle, try await registry.expire(queue) {
            await tellDeleted(queue, logger)
            throw Problem.queueGone
        }
        do { try await registry.polled(queue) } catch {
            // The next poll writes it down; a poll that Redis can answer needs no Postgres.
            logger.debug("The poll is not noted in Postgres", metadata: ["error": "\(error)"])
        }
    }

    private func answer(
        _ end: Waiter.Reason,
        _ request: PollRequest,
        _ cursor: Cursor,
        _ horizon: Position
    ) throws -> PollAnswer {
        metrics.ended(by: end)
        switch end {
        case .superseded: throw Problem.superseded
        case .deleted: throw Problem.queueGone
        case .revoked: throw Problem.sessionEnded
        case .draining:
            // Spread over a few seconds, so that those of one process do not arrive at the next all at once.
            return answer([], request, cursor, horizon, retryAfter: .milliseconds(Int.random(in: 100...3000)))
        case .woken, .elapsed, .vanished: return answer([], request, cursor, horizon)
        }
    }

    /// `{"events":[…],"cursor":"…","head":"…","from":7,"to":9}`, put together from bytes.
    private func answer(
        _ events: [RealtimePayload],
        _ request: PollRequest,
        _ cursor: Cursor,
        _ horizon: Position,
        retryAfter: Duration? = nil
    ) -> PollAnswer {
        let queue = request.queue
        var cursor = cursor
        let from = cursor.count + 1
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + events.reduce(0) { $0 + $1.json.count + 96 })
        bytes += #"{"events":["#.utf8
        for event in events {
            if cursor.count >= from { bytes.append(UInt8(ascii: ",")) }
            cursor.count += 1
            event.append(to: &bytes, number: cursor.count, for: queue.user)
        }
        bytes += #"],"cursor":"\#(seal.seal(cursor, of: queue.owner))""#.utf8
        bytes +=
            #","head":"\#(positions.seal(max(horizon, 0), of: queue.tenant))","from":\#(from),"to":\#(cursor.count)"#
            .utf8
        if let retryAfter { bytes += #","retry_after_ms":\#(Int(retryAfter / .milliseconds(1)))"#.utf8 }
        bytes.append(UInt8(ascii: "}"))
        return PollAnswer(bytes: ByteBuffer(bytes: bytes))
    }
}

extension Problem {
    static let queueGone = Problem(
        .gone,
        "queue_gone",
        "the queue was deleted, or not polled for its idle time; register a new one"
    )
    static let superseded = Problem(
        .conflict,
        "superseded",
        "another poll of this queue has come; it gets the events"
    )
    static let queueBehind = Problem.unavailable("projection_behind", "the queue does not hold this position yet")
    static let queueNotFound = Problem.notFound("queue_not_found", "there is no such queue")
    static let badCursor = Problem.badRequest("bad_cursor", "this is no cursor of this queue")
    static let sessionEnded = Problem.unauthorized(
        "auth.dead_session",
        "the session has ended",
        challenge: #"Bearer error="invalid_token""#
    )
}
