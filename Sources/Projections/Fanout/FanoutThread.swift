internal import EventStore
internal import Events
internal import Foundation
internal import Logging
internal import Postgres
internal import Redis
internal import Threads

/// A thread that fans out one partition whenever this process owns it, and tries to own it whenever nobody does.
final class FanoutThread: Sendable {
    private struct Signals {
        var isStopping = false
        /// The projector's checkpoint as far as it is known here.
        var projected: Position = 0
    }

    private let configuration: Fanout.Configuration
    private let partition: Partition
    private let codec: EventCodec
    private let queries: EventQueries
    private let onWake: @Sendable (FanoutWake) -> Void
    private let logger: Logger
    private let owner = UUID()
    private let signals = Monitor(Signals())
    private let interrupt = PostgresInterrupt()

    init(
        _ configuration: Fanout.Configuration,
        partition: Partition,
        codec: EventCodec,
        queries: EventQueries,
        logger: Logger,
        onWake: @escaping @Sendable (FanoutWake) -> Void
    ) {
        self.configuration = configuration
        self.partition = partition
        self.codec = codec
        self.queries = queries
        self.onWake = onWake
        var logger = logger
        logger[metadataKey: "partition"] = "\(partition)"
        self.logger = logger
    }

    func start() -> DedicatedThread {
        DedicatedThread(name: "fanout-\(partition)") { self.run() }
    }

    /// Tells of the projector's checkpoint.
    func wake(_ projected: Position) {
        signals.withLock { $0.projected = max($0.projected, projected) }
        signals.signal()
    }

    /// Lets the step that runs end, then gives the partition up.
    func stop() {
        signals.withLock { $0.isStopping = true }
        signals.broadcast()
    }

    /// Cancels even the step that runs; the next owner does it again.
    func abort() {
        interrupt.fire()
    }

    private var isStopping: Bool { signals.withLock(\.isStopping) }

    private func run() {
        let link = PostgresLink(configuration.postgres, interrupt: interrupt)
        var backoff = Backoff()
        while !isStopping {
            do {
                try own(on: try link.connection(until: .now + .milliseconds(500)))
                backoff.reset()
            } catch {
                if isStopping { break }
                if error is Deposed || error is FanoutStore.Lost {
                    logger.info("\(error)")
                } else {
                    logger.error("The fan-out failed and tries again", metadata: ["error": "\(error)"])
                }
                sleep(backoff.next())
            }
        }
    }

    /// Fans out until it is stopped, deposed or fails; returns soon if another owns the partition.
    private func own(on connection: PostgresConnection) throws {
        guard
            let lease = try Lease.acquire(
                PartitionFanout.name,
                of: partition,
                by: owner,
                for: configuration.lease,
                on: connection
            )
        else {
            sleep(configuration.standby)
            return
        }
        let redis = try RedisConnection(configuration.redis)
        var fanout = try PartitionFanout(
            taking: lease,
            configuration,
            codec: codec,
            queries: queries,
            logger: logger,
            onWake: onWake,
            redis: redis,
            on: connection
        )
        logger.info("The fan-out owns the partition", metadata: ["epoch": "\(lease.epoch)"])
        while !isStopping {
            let projected = signals.withLock(\.projected)
            if try !fanout.step(projected: projected, on: connection) {
                wait(past: fanout.position)
            }
        }
        try fanout.lease.release(on: connection)
    }

    /// Returns when more is known to be projected, after the poll interval, or when stopping.
    private func wait(past position: Position) {
        _ = signals.wait(until: .now + configuration.poll) { $0.isStopping || $0.projected > position ? true : nil }
    }

    private func sleep(_ duration: Duration) {
        _ = signals.wait(until: .now + duration) { $0.isStopping ? true : nil }
    }
}
