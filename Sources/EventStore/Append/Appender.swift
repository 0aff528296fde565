internal import Logging
internal import Postgres
internal import Threads

/// One append connection and its thread: what arrives while a batch commits is the next batch.
final class Appender: Sendable {
    private let queue: BlockingQueue<PendingAppend>
    private let metrics: AppendMetrics
    private let thread: DedicatedThread

    init(
        _ configuration: PostgresConfiguration,
        number: Int,
        queueLimit: Int,
        batchLimit: Int,
        heads: PositionWatch,
        metrics: AppendMetrics,
        logger: Logger
    ) {
        let queue = BlockingQueue<PendingAppend>(capacity: queueLimit)
        self.queue = queue
        self.metrics = metrics
        thread = DedicatedThread(name: "append-\(number)") {
            AppendLoop(
                configuration,
                queue: queue,
                batchLimit: batchLimit,
                heads: heads,
                metrics: metrics,
                logger: logger
            ).run()
        }
    }

    deinit {
        queue.close()
    }

    /// Takes the command, which will be answered; or answers it now that there is no room.
    func submit(_ pending: PendingAppend) {
        guard !queue.push(pending) else { return }
        let error: AppendError = queue.isClosed ? .closed : .overloaded
        metrics.failed(1, error)
        pending.fail(error)
    }

    /// Commands that wait for a batch.
    var waiting: Int { queue.count }

    /// Lets no more commands in and returns when all that are in have been answered.
    func close() async {
        queue.close()
        await thread.waitUntilFinished()
    }
}
