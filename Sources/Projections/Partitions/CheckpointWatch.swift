internal import EventStore
internal import Logging
internal import Postgres
internal import Threads

/// Looks how far a projection has come, for whom its owner's hints do not reach: one look for all partitions together.
final class CheckpointWatch: Sendable {
    private let projection: String
    private let interval: Duration
    private let postgres: PostgresConfiguration
    private let progress: PositionWatch
    private let logger: Logger
    private let isStopping = Monitor(false)
    private let interrupt = PostgresInterrupt()

    /// - Parameter progress: advances with what is found.
    init(
        of projection: String,
        every interval: Duration,
        postgres: PostgresConfiguration,
        progress: PositionWatch,
        logger: Logger
    ) {
        self.projection = projection
        self.interval = interval
        self.postgres = postgres
        self.progress = progress
        self.logger = logger
    }

    func start() -> DedicatedThread { DedicatedThread(name: "checkpoints") { self.run() } }

    func stop() {
        isStopping.withLock { $0 = true }
        isStopping.broadcast()
        interrupt.fire()
    }

    private func run() {
        let link = PostgresLink(postgres, interrupt: interrupt)
        var isFailing = false
        while !isStopping.withLock(\.self) {
            do {
                try look(on: try link.connection(until: .now + .milliseconds(500)))
                isFailing = false
            } catch {
                // Once an outage, not once a look.
                if !isFailing, !isStopping.withLock(\.self) {
                    logger.warning("The checkpoints cannot be seen", metadata: ["error": "\(error)"])
                }
                isFailing = true
            }
            _ = isStopping.wait(until: .now + interval) { $0 ? true : nil }
        }
    }

    private func look(on connection: PostgresConnection) throws(PostgresError) {
        let rows = try connection.execute(
            "SELECT partition, position FROM rm.checkpoints WHERE projection = \(projection)"
        ).decode((Int32, Int64).self)
        for (partition, position) in rows { progress.advance(Partition(partition), to: position) }
    }
}
