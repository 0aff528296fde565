internal import Logging
internal import Postgres
internal import Threads

/// One append connection and its thread: what arrives while a batch commits is the next batch.
final class Appender: Sendable {
    private let queue: BlockingQueue<PendingAppend>
    private let thread: DedicatedThread

    init(
        _ configuration: PostgresConfiguration,
        number: Int,
        queueLimit: Int,
        batchLimit: Int,
        heads: PositionWatch,
        logger: Logger
    ) {
        let queue = BlockingQueue<PendingAppend>(capacity: queueLimit)
        self.queue = queue
        thread = DedicatedThread(name: "append-\(number)") {
            AppendLoop(configuration, queue: queue, batchLimit: batchLimit, heads: heads, logger: logger).run()
        }
    }

    deinit {
        queue.close()
    }

    /// Takes the command, which will be answered; or answers it now that there is no room.
    func submit(_ pending: PendingAppend) {
        guard !queue.push(pending) else { return }
        pending.fail(queue.isClosed ? .closed : .overloaded)
    }

    /// Lets no more commands in and returns when all that are in have been answered.
    func close() async {
        queue.close()
        await thread.waitUntilFinished()
    }
}
