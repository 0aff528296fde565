package import EventStore
package import Events
package import Logging
package import Postgres
package import ServiceLifecycle
internal import Threads

/// Writes the read models: every partition that it is given, in the log's order, whenever no other process owns it.
///
/// A partition has one owner at a time by its lease. Each batch is one transaction with the checkpoint, so a process may die
/// at any instruction: the next owner goes on where the last commit stands.
package final class Projector: Service {
    package struct Configuration: Sendable {
        /// Connects as the role `daybook_projector`; one connection a partition.
        package var postgres: PostgresConfiguration
        package var partitions: [Partition]
        /// Events of one transaction.
        package var batchLimit = 500
        /// How often an owner looks for events that nobody told it of.
        package var poll: Duration = .milliseconds(25)
        /// How long a partition stays without an owner after one died.
        package var lease: Duration = .seconds(3)
        /// How often one that is no owner tries to be.
        package var standby: Duration = .milliseconds(250)
        /// How long a batch may go on when the process is to end.
        package var grace: Duration = .seconds(5)

        package init(postgres: PostgresConfiguration, partitions: [Partition]) {
            self.postgres = postgres
            self.partitions = partitions
        }
    }

    private let grace: Duration
    private let threads: [Partition: ProjectorThread]

    /// - Parameters:
    ///   - progress: advances with each commit.
    ///   - onCommitted: called on the partition's thread after each commit and when a partition is taken over, with its
    ///     checkpoint; it must be quick.
    package init(
        _ configuration: Configuration,
        log: EventLog,
        codec: EventCodec,
        progress: PositionWatch,
        logger: Logger,
        onCommitted: @escaping @Sendable (Partition, Position) -> Void = { _, _ in }
    ) {
        grace = configuration.grace
        let queries = log.queries
        threads = Dictionary(
            configuration.partitions.map { partition in
                let thread = ProjectorThread(
                    configuration,
                    partition: partition,
                    codec: codec,
                    queries: queries,
                    logger: logger
                ) { partition, position in
                    progress.advance(partition, to: position)
                    onCommitted(partition, position)
                }
                return (partition, thread)
            },
            uniquingKeysWith: { first, _ in first }
        )
        log.heads.observe { [weak self] partition, position in self?.threads[partition]?.wake(position) }
    }

    /// Projects until the service group shuts down or the task is cancelled; then ends its batches and gives up its leases.
    package func run() async throws {
        let running = threads.values.map { $0.start() }
        // Cancellation ends it as a shutdown does.
        try? await gracefulShutdown()
        for thread in threads.values { thread.stop() }
        // A thread of its own, since a cancelled task cannot wait any more.
        let stopping = DedicatedThread(name: "projector-stop") { [grace, threads] in
            let deadline = ContinuousClock.now + grace
            for thread in running where !thread.join(timeout: max(.zero, deadline - .now)) {
                for thread in threads.values { thread.abort() }
            }
        }
        await stopping.waitUntilFinished()
        for thread in running { await thread.waitUntilFinished() }
    }
}
