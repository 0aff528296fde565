import Threads

/// One connection of a ``RedisClient``, the thread that owns it and the queue between the thread and the callers.
final class RedisPipe: Sendable {
    private let queue: BlockingQueue<RedisPipeJob>
    private let thread: DedicatedThread

    init(_ configuration: RedisConfiguration, number: Int, queueCapacity: Int) {
        let queue = BlockingQueue<RedisPipeJob>(capacity: queueCapacity)
        self.queue = queue
        thread = DedicatedThread(name: "redis-\(number)") {
            var worker = RedisPipeWorker(configuration)
            while let jobs = queue.takeAll(max: RedisPipeWorker.maxJobsAtOnce) { worker.serve(jobs) }
        }
    }

    /// The thread holds the queue and not the pipe, so a forgotten client ends its thread here.
    deinit { queue.close() }

    var waiting: Int { queue.count }

    func pipeline(_ batch: RedisBatch) async -> Result<[RedisValue], RedisError> {
        await withCheckedContinuation { caller in
            if !queue.push(RedisPipeJob(batch: batch, caller: caller)) {
                caller.resume(
                    returning: .failure(
                        queue.isClosed
                            ? RedisError(.closed, "the Redis client was closed")
                            : RedisError(.overloaded, "too many commands wait for Redis")
                    )
                )
            }
        }
    }

    func stopTaking() { queue.close() }

    func waitUntilFinished() async { await thread.waitUntilFinished() }
}

/// Commands that belong together, and who waits for their replies.
struct RedisPipeJob: Sendable {
    let batch: RedisBatch
    let caller: CheckedContinuation<Result<[RedisValue], RedisError>, Never>
    let since = ContinuousClock.now
}
