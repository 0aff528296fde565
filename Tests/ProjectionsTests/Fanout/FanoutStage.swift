import EventStore
import Events
import Foundation
import Postgres
import Redis
import TestSupport
import Threads

@testable import Projections

/// A story whose events also reach the queues in Redis: in a database of Redis that is this test's alone.
struct FanoutStage: Sendable {
    let story: Story
    let redis: RedisConfiguration

    static func run(_ body: (FanoutStage) async throws -> Void) async throws {
        try await TestRedis.lend { redis in
            try await Story.run { try await body(FanoutStage(story: $0, redis: redis)) }
        }
    }

    /// Lends the partition's fan-out to `body`, on a thread of its own.
    func fanout<Value: Sendable>(
        _ change: (inout Fanout.Configuration) -> Void = { _ in },
        takingFrom projected: ProjectedEvents? = nil,
        onWake: @escaping @Sendable (FanoutWake) -> Void = { _ in },
        _ body: @escaping @Sendable (inout PartitionFanout, PostgresConnection) throws -> Value
    ) async throws -> Value {
        var configuration = Fanout.Configuration(
            postgres: story.database.configuration(as: .projector),
            redis: redis,
            partitions: [story.tenant.partition]
        )
        configuration.poll = .zero
        change(&configuration)
        let (codec, queries, partition) = (story.codec, story.log.queries, story.tenant.partition)
        return try await story.database.pool(as: .projector).withConnection { [configuration] connection in
            guard
                let lease = try Lease.acquire(
                    PartitionFanout.name,
                    of: partition,
                    by: UUID(),
                    for: .zero,
                    on: connection
                )
            else { throw Unexpected("the partition has another owner") }
            var fanout = try PartitionFanout(
                taking: lease,
                configuration,
                codec: codec,
                queries: queries,
                projected: projected,
                onWake: onWake,
                redis: try RedisConnection(configuration.redis),
                on: connection
            )
            return try body(&fanout, connection)
        }
    }

    /// Projects, then fans out all that there is.
    @discardableResult
    func fanOut() async throws -> Position {
        let projected = try await story.project()
        return try await fanout { fanout, connection in
            while try fanout.step(hint: projected, on: connection) {}
            return fanout.position
        }
    }

    /// Registers a queue of the user.
    func subscribe(_ user: UserID) async throws {
        let (tenant, id) = (story.tenant, UUID.v7())
        try await story.database.pool().execute(
            """
            INSERT INTO rt.queues (tenant, id, partition, member, base, idle_timeout_s, durable)
            VALUES (\(tenant.id), \(id), \(tenant.partition.number), \(user.uuid), 0, 3600, false)
            """
        )
    }

    /// Deletes all queues, and has a fan-out notice it.
    func unsubscribeAll() async throws {
        try await story.database.pool().execute("UPDATE rt.queues SET deleted_at = now()")
        try await fanout({ $0.reload = .zero }) { fanout, connection in _ = try fanout.step(hint: 0, on: connection) }
    }

    func send(_ name: String, _ arguments: String...) async throws -> RedisValue {
        let client = RedisClient(redis)
        let value = try await client.send(RedisCommand(name, arguments: arguments))
        await client.close()
        return value
    }

    func owner(_ user: UserID) -> QueueOwner { QueueOwner(story.tenant.id, user) }

    /// The user's queue as Redis holds it, withheld entries left out.
    func queue(_ user: UserID) async throws -> [FanoutEntry] {
        let key = FanoutKeys.queue(owner(user), story.tenant.partition)
        let entries = try RedisStreamEntry.range(try await send("XRANGE", key, "-", "+"), key: key).compactMap {
            FanoutEntry($0)
        }
        guard let fences = try await fences(user) else { return [] }
        return entries.filter { !fences.withholds($0) }
    }

    func fences(_ user: UserID) async throws -> FanoutFences? {
        try FanoutFences(try await send("HGETALL", FanoutKeys.fences(owner(user), story.tenant.partition)))
    }

    func payload(_ place: RealtimePlace) async throws -> String? {
        try await send("GET", FanoutKeys.payload(place, story.tenant.partition)).bytes.flatMap {
            RealtimePayload(stored: $0).map { String(decoding: $0.json, as: UTF8.self) }
        }
    }

    var watermark: Position? {
        get async throws { try await send("HGET", FanoutKeys.state(story.tenant.partition), "w").int }
    }

    /// What the log says to whoever has the places of these events.
    func derived(at positions: [Position]) async throws -> [RealtimeEvent] {
        try await refill().events(of: story.tenant, at: Set(positions))
    }

    private func refill() -> Refill {
        Refill(log: story.database.log(reader: .gateway), codec: story.codec, pool: story.database.pool(as: .gateway))
    }

    /// What the user's queue would hold if it were made up from the log.
    func refilled(_ user: UserID, after place: RealtimePlace = RealtimePlace(0, 0)) async throws -> [RealtimeEvent] {
        let head = try await story.project()
        return try await refill().page(
            of: story.tenant,
            for: user,
            after: place,
            through: head,
            asOf: head,
            limit: .max
        ).events
    }

    /// The same, for one who has been told of all up to `head` and no more.
    func refilled(_ user: UserID, asOf head: Position) async throws -> [RealtimeEvent] {
        try await story.project()
        return try await refill().page(
            of: story.tenant,
            for: user,
            after: RealtimePlace(0, 0),
            through: head,
            asOf: head,
            limit: .max
        ).events
    }
}
