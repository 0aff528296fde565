internal import EventStore
internal import Foundation
internal import Logging
internal import Postgres
internal import Threads

/// What a process does with a partition while it owns it. Belongs to one thread.
protocol PartitionWork {
    var lease: Lease { get }
    /// How far it has come.
    var position: Position { get }

    /// Does what there is to do; false if there was nothing.
    ///
    /// - Parameter hint: up to where there should be something by now, 0 if nobody has said; it is told once.
    mutating func step(hint: Position, on connection: PostgresConnection) throws -> Bool

    /// Gives the partition up, with all written down that the next owner would do again otherwise.
    mutating func release(on connection: PostgresConnection) throws
}

/// Work whose checkpoint is where it is.
extension PartitionWork {
    var position: Position { lease.position }

    func release(on connection: PostgresConnection) throws { try lease.release(on: connection) }
}

/// Another process has the partition now: no fault, but all that is at hand is to be dropped.
package protocol OwnershipLost: Error {}

/// A thread that works on one partition whenever this process owns it, and tries to own it whenever nobody does.
final class PartitionThread: Sendable {
    struct Configuration: Sendable {
        /// What is done, such as `projector`, for the thread's name and the log.
        let name: String
        /// Whose partitions; nil if there are no others to be told from.
        let cell: String?
        let postgres: PostgresConfiguration
        /// How long to wait for a hint when there was nothing to do; twice as long each time, up to `idlePoll`.
        let poll: Duration
        let idlePoll: Duration
        /// How often one that is no owner tries to be.
        let standby: Duration
    }

    /// Takes the partition over for an owner of this number; nil while another owns it.
    typealias Take = @Sendable (_ owner: UUID, _ connection: PostgresConnection) throws -> (any PartitionWork)?

    private struct Signals {
        var isStopping = false
        var hint: Position = 0
    }

    private let configuration: Configuration
    private let partition: Partition
    private let take: Take
    private let metrics: PartitionMetrics
    private let logger: Logger
    private let owner = UUID()
    private let signals = Monitor(Signals())
    private let interrupt = PostgresInterrupt()

    init(_ configuration: Configuration, of partition: Partition, logger: Logger, take: @escaping Take) {
        self.configuration = configuration
        self.partition = partition
        self.take = take
        metrics = PartitionMetrics(role: configuration.name, partition.name(in: configuration.cell))
        var logger = logger
        logger[metadataKey: "partition"] = "\(partition.name(in: configuration.cell))"
        self.logger = logger
    }

    func start() -> DedicatedThread {
        DedicatedThread(name: "\(configuration.name)-\(partition)") { self.run() }
    }

    /// Tells that there is something up to `position`, as a hint.
    func wake(_ position: Position) {
        signals.withLock { $0.hint = max($0.hint, position) }
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
                if error is any OwnershipLost {
                    logger.info("\(error)")
                } else {
                    metrics.failed()
                    logger.error("The \(configuration.name) failed and tries again", metadata: ["error": "\(error)"])
                }
                // Whoever stands by comes first.
                sleep(max(backoff.next(), configuration.standby * 2))
            }
        }
    }

    /// Works until it is stopped, deposed or fails; returns soon if another owns the partition.
    private func own(on connection: PostgresConnection) throws {
        guard var work = try take(owner, connection) else {
            sleep(configuration.standby)
            return
        }
        logger.info(
            "The \(configuration.name) owns the partition",
            metadata: ["epoch": "\(work.lease.epoch)", "owner": "\(owner)"]
        )
        metrics.owns(true)
        defer { metrics.owns(false) }
        try work.lease.releasingOnFailure(on: connection) { try go(on: connection, with: &work) }
        try work.release(on: connection)
    }

    private func go(on connection: PostgresConnection, with work: inout any PartitionWork) throws {
        var patience = configuration.poll
        while !isStopping {
            // A hint serves once: one that the log does not bear out must not make this thread spin.
            let hint = signals.withLock { signals in
                defer { signals.hint = 0 }
                return signals.hint
            }
            let (position, began) = (work.position, ContinuousClock.now)
            if try work.step(hint: hint, on: connection) {
                metrics.stepped(by: work.position - position, in: .now - began)
                patience = configuration.poll
            } else {
                waitForHint(past: work.position, for: patience)
                patience = min(patience * 2, configuration.idlePoll)
            }
        }
    }

    /// Returns when there is known to be more, after `patience`, or when stopping.
    private func waitForHint(past position: Position, for patience: Duration) {
        _ = signals.wait(until: .now + patience) { $0.isStopping || $0.hint > position ? true : nil }
    }

    private func sleep(_ duration: Duration) {
        _ = signals.wait(until: .now + duration) { $0.isStopping ? true : nil }
    }
}

/// The threads of one process, a partition each.
final class PartitionThreads: Sendable {
    private let threads: [Partition: PartitionThread]
    private let grace: Duration

    /// - Parameter grace: how long a step may go on when the process is to end.
    init(of partitions: [Partition], grace: Duration, _ thread: (Partition) -> PartitionThread) {
        threads = Dictionary(partitions.map { ($0, thread($0)) }, uniquingKeysWith: { first, _ in first })
        self.grace = grace
    }

    func wake(_ partition: Partition, _ position: Position) { threads[partition]?.wake(position) }

    /// Works until `end` returns; then ends the steps that run and gives the partitions up.
    func run(until end: () async -> Void) async {
        let running = threads.values.map { $0.start() }
        await end()
        for thread in threads.values { thread.stop() }
        // A thread of its own, since a cancelled task cannot wait any more.
        let stopping = DedicatedThread(name: "partitions-stop") { [grace, threads] in
            let deadline = ContinuousClock.now + grace
            for thread in running where !thread.join(timeout: max(.zero, deadline - .now)) {
                for thread in threads.values { thread.abort() }
            }
        }
        await stopping.waitUntilFinished()
        for thread in running { await thread.waitUntilFinished() }
    }
}
