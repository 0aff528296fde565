internal import EventStore
internal import Events
internal import Foundation
internal import Logging
internal import Postgres
internal import Threads

/// A thread that projects one partition whenever this process owns it, and tries to own it whenever nobody does.
final class ProjectorThread: Sendable {
    private struct Signals {
        var isStopping = false
        var head: Position = 0
    }

    private let configuration: Projector.Configuration
    private let partition: Partition
    private let codec: EventCodec
    private let queries: EventQueries
    private let onCommitted: @Sendable (Partition, Position) -> Void
    private let logger: Logger
    private let owner = UUID()
    private let signals = Monitor(Signals())
    private let interrupt = PostgresInterrupt()

    init(
        _ configuration: Projector.Configuration,
        partition: Partition,
        codec: EventCodec,
        queries: EventQueries,
        logger: Logger,
        onCommitted: @escaping @Sendable (Partition, Position) -> Void
    ) {
        self.configuration = configuration
        self.partition = partition
        self.codec = codec
        self.queries = queries
        self.onCommitted = onCommitted
        var logger = logger
        logger[metadataKey: "partition"] = "\(partition)"
        self.logger = logger
    }

    func start() -> DedicatedThread {
        DedicatedThread(name: "projector-\(partition)") { self.run() }
    }

    /// Tells of the log's head, as a hint.
    func wake(_ head: Position) {
        signals.withLock { $0.head = max($0.head, head) }
        signals.signal()
    }

    /// Lets the batch that runs end, then gives the partition up.
    func stop() {
        signals.withLock { $0.isStopping = true }
        signals.broadcast()
    }

    /// Cancels even the batch that runs.
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
            } catch let error as Deposed {
                logger.info("\(error)")
            } catch {
                if isStopping { break }
                logger.error("The projector failed and tries again", metadata: ["error": "\(error)"])
                sleep(backoff.next())
            }
        }
    }

    /// Projects until it is stopped, deposed or fails; returns soon if another owns the partition.
    private func own(on connection: PostgresConnection) throws {
        guard
            var projection = try PartitionProjection(
                of: partition,
                by: owner,
                for: configuration.lease,
                codec: codec,
                on: connection
            )
        else {
            sleep(configuration.standby)
            return
        }
        logger.info("The projector owns the partition", metadata: ["epoch": "\(projection.lease.epoch)"])
        onCommitted(partition, projection.position)
        var renewal = ContinuousClock.now + configuration.lease / 3
        while !isStopping {
            let events = try queries.read(
                partition,
                after: projection.position,
                limit: configuration.batchLimit,
                on: connection
            )
            if events.isEmpty {
                if renewal <= .now {
                    try projection.lease.renew(on: connection)
                    renewal = .now + configuration.lease / 3
                }
                waitForHead(past: projection.position)
            } else {
                for parking in try projection.project(events, on: connection) { report(parking) }
                renewal = .now + configuration.lease / 3
                onCommitted(partition, projection.position)
            }
        }
        try projection.lease.release(on: connection)
    }

    private func report(_ parking: Parking) {
        logger.error(
            "An event cannot be projected: its stream is parked",
            metadata: [
                "tenant": "\(parking.event.tenant)", "stream": "\(parking.event.stream)",
                "position": "\(parking.event.position)", "type": "\(parking.event.type)",
                "reason": "\(parking.poison.reason)",
            ]
        )
    }

    /// Returns when the log is known to have more, after the poll interval, or when stopping.
    private func waitForHead(past position: Position) {
        _ = signals.wait(until: .now + configuration.poll) { $0.isStopping || $0.head > position ? true : nil }
        // A hint serves once: a head that the log does not show must not make this thread spin.
        signals.withLock { $0.head = 0 }
    }

    private func sleep(_ duration: Duration) {
        _ = signals.wait(until: .now + duration) { $0.isStopping ? true : nil }
    }
}
