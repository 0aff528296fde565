internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Redis

/// One partition's fan-out while this process owns it.
struct PartitionFanout: PartitionWork {
    static let name = "fanout"

    let configuration: Fanout.Configuration
    let partition: Partition
    let codec: EventCodec
    let queries: EventQueries
    private let handed: ProjectedEvents?
    let onWake: @Sendable (FanoutWake) -> Void

    private(set) var lease: Lease
    let store: FanoutStore
    var users = ServedUsers()
    var audiences = RoomAudiences()
    /// Whoever's stream is set aside, as of the last step; streams of other kinds are in it too, and harmless.
    var withheldUsers: Set<QueueOwner> = []
    /// Up to here everything is in Redis and visible.
    private(set) var watermark: Position
    /// The last entry read of the stream in which the gateways say for whom somebody has come.
    var interestRead: RedisStreamID
    /// How many wakes were sent; the next one's number.
    private(set) var wakes = 0
    /// Commands that Redis has and that are not visible yet.
    var hidden = 0
    private var projected: Position = 0
    /// Where this run is in the log: behind `watermark` while it repeats what an owner before had done, and ahead of the
    /// lease's checkpoint until that is written down.
    private(set) var position: Position
    private var checkpointAt: ContinuousClock.Instant
    private var reloadAt: ContinuousClock.Instant
    private var renewAt = ContinuousClock.now
    private var lookAt = ContinuousClock.now

    /// How far Redis may be behind the checkpoint and still be brought up to date; beyond it the queues begin anew.
    static let repeatLimit: Position = 100_000

    init(
        taking lease: Lease,
        _ configuration: Fanout.Configuration,
        codec: EventCodec,
        queries: EventQueries,
        projected handed: ProjectedEvents? = nil,
        onWake: @escaping @Sendable (FanoutWake) -> Void,
        redis: RedisConnection,
        on connection: PostgresConnection
    ) throws {
        self.configuration = configuration
        self.codec = codec
        self.queries = queries
        self.handed = handed
        self.onWake = onWake
        self.lease = lease
        partition = lease.partition
        position = lease.position
        try connection.planOnce()
        store = try FanoutStore(taking: lease.partition, epoch: lease.epoch, on: redis)
        reloadAt = .now + configuration.reload
        checkpointAt = .now + configuration.checkpoint
        // Registrations that are under way are in no table yet: those of the last minutes are read again.
        let recent = Date(timeIntervalSinceNow: -(Self.grace / .seconds(1))).timeIntervalSince1970
        interestRead = RedisStreamID(ms: UInt64(recent * 1000), seq: 0)

        let state = try store.state()
        watermark = state.watermark
        projected = try Self.checkpointOfProjector(partition, on: connection)
        // What was lost, or is too much to be repeated, is left to the log: the queues begin where the projector is.
        let afresh = state.epoch == nil || projected - min(watermark, lease.position) > Self.repeatLimit
        if afresh {
            watermark = max(projected, lease.position)
            position = watermark
        } else if watermark < lease.position {
            // Redis failed over to a replica that was behind.
            position = watermark
        }
        try writeCheckpoint(on: connection)
        try takeUsers(afresh: afresh, on: connection)
        if afresh {
            var begin = RedisBatch()
            begin.append("HSET", FanoutKeys.state(partition), "e", UUID().hex, "w", watermark)
            try store.commit(begin)
        }
        try takeNewcomers(on: connection)
        // Whoever is parked may have waited for a fan-out to come.
        try announce(everybody())
    }

    /// How long a user is served on the word of a gateway, before a queue is registered.
    static let grace = Duration.seconds(120)

    /// Does what there is to do. False if there is nothing more at the moment.
    mutating func step(hint: Position, on connection: PostgresConnection) throws -> Bool {
        let now = ContinuousClock.now
        projected = max(projected, hint)
        if now >= reloadAt {
            reloadAt = now + configuration.reload
            // Plans are kept, and tables grow.
            try connection.planAnew()
            try reloadUsers(on: connection)
        }
        if projected <= position, now >= lookAt {
            projected = try Self.checkpointOfProjector(partition, on: connection)
        }
        let events = projected > position ? try nextEvents(on: connection) : []
        if !events.isEmpty { try fanOut(events, on: connection) }
        // After what is urgent: the log answers newcomers meanwhile.
        if now >= lookAt {
            lookAt = now + configuration.poll
            try takeNewcomers(on: connection)
        }
        if events.isEmpty { try writeCheckpoint(on: connection) } else { try writeCheckpointIfDue(on: connection) }
        if now >= renewAt {
            renewAt = now + configuration.lease / 3
            try lease.renew(on: connection)
            // An owner that has nothing to write must still find out that Redis was flushed.
            guard try store.isOwner() else { throw FanoutStore.Lost() }
        }
        return !events.isEmpty
    }

    mutating func release(on connection: PostgresConnection) throws {
        try writeCheckpoint(on: connection)
        try lease.release(on: connection)
    }

    /// What is projected after `position`, up to one step's worth.
    private func nextEvents(on connection: PostgresConnection) throws -> [LogEvent] {
        if let events = handed?.take(partition, after: position, limit: configuration.batchLimit), !events.isEmpty {
            return events
        }
        return try queries.readDecoded(
            partition,
            after: position,
            limit: configuration.batchLimit,
            by: codec,
            on: connection
        ).filter { $0.raw.position <= projected }
    }

    private static func checkpointOfProjector(
        _ partition: Partition,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Position {
        try connection.execute(
            """
            SELECT position FROM rm.checkpoints
             WHERE projection = \(ReadModelSet.product.name) AND partition = \(partition.number)
            """
        ).decode(Position.self).first ?? 0
    }

    mutating func writeCheckpointIfDue(on connection: PostgresConnection) throws {
        if checkpointAt <= .now { try writeCheckpoint(on: connection) }
    }

    /// Sets the checkpoint to where this run is; back, where Redis holds less than it says. It need not be on disk: after a
    /// crash of Postgres an older one repeats what Redis has already.
    private mutating func writeCheckpoint(on connection: PostgresConnection) throws {
        guard lease.position != position else { return }
        let checkpoint = lease
        try connection.transaction {
            try $0.execute("SET LOCAL synchronous_commit = off")
            try checkpoint.advance(to: position, on: $0)
        }
        lease.position = position
        checkpointAt = .now + configuration.checkpoint
        renewAt = .now + configuration.lease / 3
    }

    /// Makes everything up to `position` visible, with the commands that came before it, and tells the gateways.
    mutating func show(_ commands: inout RedisBatch, through position: Position, _ wake: inout FanoutWake) throws {
        // Behind the watermark are repeats of what is visible already.
        if position > watermark {
            watermark = position
            commands.append("HSET", FanoutKeys.state(partition), "w", position)
        }
        let told = FanoutWake(partition: partition, watermark: watermark, users: wake.users, blanked: wake.blanked)
        if !told.users.isEmpty || !told.blanked.isEmpty { told.append(to: &commands) }
        try store.commit(commands)
        commands.removeAll()
        hidden = 0
        self.position = position
        if !told.users.isEmpty || !told.blanked.isEmpty { onWake(told) }
        wake = FanoutWake(partition: partition, watermark: watermark, users: [:])
        wakes += 1
    }

    func announce(_ users: [UUID: FanoutWake.Users]) throws {
        guard !users.isEmpty else { return }
        let wake = FanoutWake(partition: partition, watermark: watermark, users: users)
        var commands = RedisBatch()
        wake.append(to: &commands)
        try store.commit(commands)
        onWake(wake)
    }

    private func everybody() -> [UUID: FanoutWake.Users] { users.byTenant.mapValues { _ in .all } }
}
