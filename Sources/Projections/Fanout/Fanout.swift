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
        /// Events of one step.
        package var batchLimit = 500
        /// How often it looks for what nobody told it of: new events, and users who have come.
        package var poll: Duration = .milliseconds(25)
        /// How long a partition stays without an owner after one died.
        package var lease: Duration = .seconds(3)
        /// How often one that is no owner tries to be.
        package var standby: Duration = .milliseconds(250)
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

    private let grace: Duration
    private let threads: [Partition: FanoutThread]

    /// - Parameters:
    ///   - progress: the projector's, of this process; what it says is a hint, other projectors are polled.
    ///   - onWake: hears what the gateways are told, on the partition's thread; it must be quick.
    package init(
        _ configuration: Configuration,
        log: EventLog,
        codec: EventCodec,
        progress: PositionWatch,
        logger: Logger,
        onWake: @escaping @Sendable (FanoutWake) -> Void = { _ in }
    ) {
        grace = configuration.grace
        threads = Dictionary(
            configuration.partitions.map { partition in
                let thread = FanoutThread(
                    configuration,
                    partition: partition,
                    codec: codec,
                    queries: log.queries,
                    logger: logger,
                    onWake: onWake
                )
                return (partition, thread)
            },
            uniquingKeysWith: { first, _ in first }
        )
        progress.observe { [weak self] partition, position in self?.threads[partition]?.wake(position) }
    }

    /// Fans out until the service group shuts down or the task is cancelled; then gives its partitions up.
    package func run() async throws {
        let running = threads.values.map { $0.start() }
        // Cancellation ends it as a shutdown does.
        try? await gracefulShutdown()
        for thread in threads.values { thread.stop() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for thread in running { await thread.waitUntilFinished() } }
            group.addTask { [grace, threads] in
                // Cut short by cancellation, when the threads have ended.
                try? await Task.sleep(for: grace)
                for thread in threads.values { thread.abort() }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
