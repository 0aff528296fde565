internal import Dispatch

/// Runs tasks on a thread that no other task can keep busy, for what measures time:
///
///     let took = try await withTaskExecutorPreference(OwnThread()) { try await clock.measure { … } }
package final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "own-thread")

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
