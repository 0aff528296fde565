package import EventStore
package import Events
package import Logging
package import Postgres
package import Redis
package import ServiceLifecycle
internal import Threads

/// Brings what is projected to the queues in Redis: every partition that it is given, whenever no other process owns it.
///
/// Its checkpoint moves after Redis has acknowledged, and never past the projector's. Whatever it had done after the last
/// checkpoint is done again by the next owner and refused by Redis as already there.
package final class Fanout: Service {
    package struct Configuration: Sendable {
        /// Connects as the role `daybook_projector`; one connection a partition.
        package var postgres: PostgresConfiguration
        package var redis: RedisConfiguration
        package var partitions: [Partition]
        /// Whose they are, if there are others to be told from in logs and metrics.
        package var cell: String?
        /// Events of one step.
        package var batchLimit = 500
        /// Commands of one `MULTI`: enough to be fast, few enough that Redis serves others in between. After as many the next
        /// event's end is shown, so that a large room does not wait for the whole step.
        package var commandLimit = 2000
        /// How often it looks how far the projector is.
        package var poll: Duration = .milliseconds(25)
        /// How often each partition looks, when there has been nothing for long, whether users have come.
        package var idlePoll: Duration = .milliseconds(250)
        /// How long a partition stays without an owner after one died.
        package var lease: Duration = .seconds(3)
        /// How often one that is no owner tries to be.
        package var standby: Duration = .milliseconds(250)
        /// How often its checkpoint is written down while there is work; after a crash as much is done again.
        package var checkpoint: Duration = .milliseconds(100)
        /// How often the registered queues are read again.
        package var reload: Duration = .seconds(60)
        /// How long payloads are kept; later the log is asked.
        package var payloadLifetime: Duration = .seconds(3600)
        /// How long a step may go on when the process is to end.
        package var grace: Duration = .seconds(5)

        package init(postgres: PostgresConfiguration, redis: RedisConfiguration, partitions: [Partition]) {
            self.postgres = postgres
            self.redis = redis
            self.partitions = partitions
        }
    }

    private let threads: PartitionThreads
    private let watch: CheckpointWatch

    /// - Parameters:
    ///   - progress: the projector's; advances with what projectors of other processes have done, too.
    ///   - projected: what a projector of this process hands over.
    ///   - onWake: hears what the gateways are told, on the partition's thread; it must be quick.
    package init(
        _ configuration: Configuration,
        log: EventLog,
        codec: EventCodec,
        progress: PositionWatch,
        takingFrom projected: ProjectedEvents? = nil,
        logger: Logger,
        onWake: @escaping @Sendable (FanoutWake) -> Void = { _ in }
    ) {
        let queries = log.queries
        let thread = PartitionThread.Configuration(
            name: "fanout",
            cell: configuration.cell,
            postgres: configuration.postgres,
            poll: configuration.poll,
            idlePoll: min(configuration.idlePoll, configuration.lease / 3),
            standby: configuration.standby
        )
        threads = PartitionThreads(of: configuration.partitions, grace: configuration.grace) { partition in
            PartitionThread(thread, of: partition, logger: logger) { owner, connection in
                let lease = try Lease.acquire(
                    PartitionFanout.name,
                    of: partition,
                    by: owner,
                    for: configuration.lease,
                    on: connection
                )
                guard let lease else { return nil }
                return try lease.releasingOnFailure(on: connection) {
                    try PartitionFanout(
                        taking: lease,
                        configuration,
                        codec: codec,
                        queries: queries,
                        projected: projected,
                        onWake: onWake,
                        redis: try RedisConnection(configuration.redis),
                        on: connection
                    )
                }
            }
        }
        watch = CheckpointWatch(
            of: ReadModelSet.product.name,
            every: configuration.poll,
            postgres: configuration.postgres,
            progress: progress,
            logger: logger
        )
        progress.observe { [weak threads] partition, position in threads?.wake(partition, position) }
    }

    /// Fans out until the service group shuts down or the task is cancelled; then gives its partitions up.
    package func run() async throws {
        let watching = watch.start()
        // Cancellation ends it as a shutdown does.
        await threads.run { try? await gracefulShutdown() }
        watch.stop()
        await watching.waitUntilFinished()
    }
}
