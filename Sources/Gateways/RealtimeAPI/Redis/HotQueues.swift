internal import EventStore
internal import Events
internal import Foundation
internal import Projections
internal import Redis
internal import Synchronization

/// The queues as they lie in Redis, and what gateways tell each other there.
final class HotQueues: Sendable {
    /// What one look finds.
    struct Look: Sendable {
        /// Up to here everything of the partition is in Redis.
        let watermark: Position
        /// Nil if the user is not served: the queue in Redis is none.
        let fences: FanoutFences?
        /// After the place asked for and at or before the watermark, oldest first.
        let entries: [FanoutEntry]
        /// Where `entries` ends, withheld and unreadable ones included.
        let through: RealtimePlace
    }

    /// A poll that a look notes on its way: who polls the queue now.
    struct Noting: Sendable {
        let poll: LastPoll
        let queue: Queue
    }

    /// Who polled a queue last.
    struct LastPoll: Sendable, Equatable {
        /// Names the poll, so that another gateway can say that it is over and mean no later one.
        let poll: UUID
        let gateway: String
        /// Until when the poll was going to last, milliseconds since 1970.
        let until: Int64
        /// What the poll's cursor acknowledged.
        let place: RealtimePlace

        var text: String { "\(gateway) \(until) \(place.position)-\(place.index) \(poll.text)" }

        init(_ poll: UUID, gateway: String, until: Int64, place: RealtimePlace) {
            self.poll = poll
            self.gateway = gateway
            self.until = until
            self.place = place
        }

        init?(_ value: RedisValue) {
            let parts = value.string?.split(separator: " ") ?? []
            guard parts.count == 4, let until = Int64(parts[1]),
                let place = RedisStreamID(String(parts[2])).flatMap({ RealtimePlace($0) }),
                let poll = UUID(text: String(parts[3]))
            else { return nil }
            self.init(poll, gateway: String(parts[0]), until: until, place: place)
        }
    }

    private static let interestInterval = Duration.seconds(5)

    private let redis: RedisClient
    private let noted = Mutex<[QueueOwner: ContinuousClock.Instant]>([:])

    init(redis: RedisClient) { self.redis = redis }

    /// What lies after `place`, at most `limit` entries of it; nil if Redis holds no queues, since it was flushed or no
    /// fan-out has ever run. And who polled the queue before the poll that is noted.
    ///
    /// The order of the three reads is what makes them one: entries are written before the watermark that shows them, and a floor
    /// is raised, a revocation written, before entries go or a removal shows.
    func look(
        _ owner: QueueOwner,
        in partition: Partition,
        after place: RealtimePlace,
        limit: Int,
        noting: Noting? = nil
    ) async throws(RedisError) -> (look: Look?, before: LastPoll?) {
        let key = FanoutKeys.queue(owner, partition)
        var batch = RedisBatch()
        batch.append("HGET", FanoutKeys.state(partition), "w")
        batch.append("XRANGE", key, "(\(place.streamID)", "+", "COUNT", limit)
        batch.append("HGETALL", FanoutKeys.fences(owner, partition))
        if let noting {
            let lifetime = Int(noting.queue.idleTimeout.components.seconds) + 600
            batch.append("SET", FanoutKeys.poll(noting.queue.id), noting.poll.text, "GET", "EX", lifetime)
        }
        let replies = try await redis.pipeline(batch)
        let before = noting == nil ? nil : LastPoll(try replies[3].get())
        guard let watermark = try replies[0].get().int else { return (nil, before) }
        let range = try RedisStreamEntry.range(replies[1], key: key)
        let visible = range.filter { $0.id.ms <= UInt64(max(watermark, 0)) }
        let isCut = visible.count == limit
        let look = Look(
            watermark: watermark,
            fences: try FanoutFences(replies[2]),
            entries: visible.compactMap { FanoutEntry($0) },
            through: isCut ? visible.last.flatMap { RealtimePlace($0.id) } ?? place : .end(of: watermark)
        )
        return (look, before)
    }

    /// How many events wait in a queue after `place`, counted up to `limit`; nil if Redis does not hold them all.
    func count(_ queue: Queue, after place: RealtimePlace, limit: Int) async throws(RedisError) -> Int? {
        guard let look = try await look(queue.owner, in: queue.tenant.partition, after: place, limit: limit).look,
            let fences = look.fences, .end(of: fences.floor) <= place
        else { return nil }
        return look.entries.count { !fences.withholds($0) && queue.filter.passes($0.type, $0.room) }
    }

    /// Payloads by place, nil where Redis has none.
    func payloads(_ places: [RealtimePlace], in partition: Partition) async throws(RedisError) -> [RealtimePayload?] {
        guard !places.isEmpty else { return [] }
        let command = RedisCommand("MGET", arguments: places.map { FanoutKeys.payload($0, partition) })
        return (try await redis.send(command).array ?? []).map { $0.bytes.flatMap { RealtimePayload(stored: $0) } }
    }

    /// Tells the fan-out that somebody has come for this user; again only after a while.
    func noteInterest(_ owner: QueueOwner, in partition: Partition) async throws(RedisError) {
        let now = ContinuousClock.now
        let isDue = noted.withLock { noted in
            if let last = noted[owner], now - last < Self.interestInterval { return false }
            if noted.count > 100_000 { noted = noted.filter { now - $0.value < Self.interestInterval } }
            noted[owner] = now
            return true
        }
        guard isDue else { return }
        do throws(RedisError) {
            _ = try await redis.send(
                RedisCommand("XADD", FanoutKeys.interest(partition), "MAXLEN", "~", 100_000, "*", "u", owner.bytes)
            )
        } catch {
            noted.withLock { $0[owner] = nil }
            throw error
        }
    }

    func lastPolls(of queues: [Queue]) async throws(RedisError) -> [LastPoll?] {
        guard !queues.isEmpty else { return [] }
        let command = RedisCommand("MGET", arguments: queues.map { FanoutKeys.poll($0.id) })
        return (try await redis.send(command).array ?? []).map { LastPoll($0) }
    }

    /// Tells all other gateways that a queue is over, or the one that had it that a poll is.
    ///
    /// Polls change sides all the time, so that each gateway has a stream of its own for them: in the fan-out's they would push out
    /// its wakes.
    func tell(_ notice: Notice, to gateway: String? = nil) async throws(RedisError) {
        let key = gateway.map { FanoutKeys.notices(for: $0) } ?? FanoutKeys.wake
        var batch = RedisBatch()
        batch.append(
            "XADD",
            arguments: [
                key, "MAXLEN", "~", 1000, "*", notice.field, notice.id.bytes, "o", notice.owner.bytes, "g",
                notice.gateway,
            ]
        )
        // Of a gateway that is no more nothing shall stay.
        if gateway != nil { batch.append("EXPIRE", key, 86_400) }
        for reply in try await redis.pipeline(batch) { _ = try reply.get() }
    }

    /// What gateways tell each other: field `s` with a poll or `d` with a queue, `o`, whose it is, and `g`, who says so.
    struct Notice: Sendable, Equatable {
        enum Kind: String, Sendable, CaseIterable {
            /// The poll is over: its queue is polled at this gateway now.
            case superseded = "s"
            /// The queue is no more.
            case deleted = "d"
        }

        let kind: Kind
        /// Of the poll that is superseded, or of the queue that is deleted.
        let id: UUID
        /// Whose it is.
        let owner: QueueOwner
        /// Who says so.
        let gateway: String

        var field: String { kind.rawValue }

        init(_ kind: Kind, _ id: UUID, of owner: QueueOwner, gateway: String) {
            self.kind = kind
            self.id = id
            self.owner = owner
            self.gateway = gateway
        }

        /// Nil for an entry of another kind.
        init?(_ entry: RedisStreamEntry) {
            guard let kind = Kind.allCases.first(where: { entry[$0.rawValue] != nil }),
                let id = entry[kind.rawValue].flatMap({ UUID(bytes: $0) }), let gateway = entry["g"],
                let owner = entry["o"].flatMap({ QueueOwner(bytes: $0) })
            else { return nil }
            self.init(kind, id, of: owner, gateway: String(decoding: gateway, as: UTF8.self))
        }
    }
}
