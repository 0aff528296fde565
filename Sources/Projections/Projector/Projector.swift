package import EventStore
package import Events
package import Logging
package import Postgres
package import ServiceLifecycle

/// Writes the read models: every partition that it is given, in the log's order, whenever no other process owns it.
///
/// A partition has one owner at a time by its lease. Each batch is one transaction with the checkpoint, so a process may die
/// at any instruction: the next owner goes on where the last commit stands.
package final class Projector: Service {
    package struct Configuration: Sendable {
        /// Connects as the role `daybook_projector`; one connection a partition.
        package var postgres: PostgresConfiguration
        package var partitions: [Partition]
        /// Whose they are, if there are others to be told from in logs and metrics.
        package var cell: String?
        /// What it writes.
        package var set = ReadModelSet.product
        /// What it is called in logs and metrics.
        package var name = "projector"
        /// Events of one transaction.
        package var batchLimit = 500
        /// How soon an owner looks for events that nobody told it of, at first and when there have been none for long. It is
        /// told of other processes' events by the log's own look at all heads.
        package var poll: Duration = .milliseconds(25)
        package var idlePoll: Duration = .milliseconds(250)
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

    private let threads: PartitionThreads

    /// - Parameters:
    ///   - progress: advances with each commit.
    ///   - projected: gets what is committed, for a fan-out of this process.
    ///   - onCommitted: called on the partition's thread after each commit and when a partition is taken over, with its
    ///     checkpoint; it must be quick.
    package init(
        _ configuration: Configuration,
        log: EventLog,
        codec: EventCodec,
        progress: PositionWatch,
        handingTo projected: ProjectedEvents? = nil,
        logger: Logger,
        onCommitted: @escaping @Sendable (Partition, Position) -> Void = { _, _ in }
    ) {
        let queries = log.queries
        let thread = PartitionThread.Configuration(
            name: configuration.name,
            cell: configuration.cell,
            postgres: configuration.postgres,
            poll: configuration.poll,
            idlePoll: min(configuration.idlePoll, configuration.lease / 3),
            standby: configuration.standby
        )
        threads = PartitionThreads(of: configuration.partitions, grace: configuration.grace) { partition in
            PartitionThread(thread, of: partition, logger: logger) { owner, connection in
                let projection = try PartitionProjection(
                    into: configuration.set,
                    of: partition,
                    by: owner,
                    for: configuration.lease,
                    unparking: Unparking(codec: codec, queries: queries),
                    on: connection
                )
                guard let projection else { return nil }
                return PartitionProjector(
                    projection,
                    called: partition.name(in: configuration.cell),
                    queries: queries,
                    codec: codec,
                    handingTo: projected,
                    batchLimit: configuration.batchLimit,
                    logger: logger
                ) { partition, position in
                    progress.advance(partition, to: position)
                    onCommitted(partition, position)
                }
            }
        }
        log.heads.observe { [weak threads] partition, position in threads?.wake(partition, position) }
    }

    /// Projects until the service group shuts down or the task is cancelled; then ends its batches and gives up its leases.
    package func run() async throws {
        // Cancellation ends it as a shutdown does.
        await threads.run { try? await gracefulShutdown() }
    }
}
