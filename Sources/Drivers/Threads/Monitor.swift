internal import Glibc

/// A value behind a lock, with a way to sleep until another thread has changed it.
///
/// It is what `Synchronization.Mutex` is, plus a condition variable: only threads of our own may sleep here, never one of
/// Swift's.
///
/// Sendable because `state` is touched only between `pthread_mutex_lock` and `pthread_mutex_unlock` of the same `mutex`.
package final class Monitor<State: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    package init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        // Deadlines count on a clock that nobody sets.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    package func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes one sleeper; call it after the change that it waits for.
    package func signal() {
        pthread_cond_signal(condition)
    }

    /// Wakes every sleeper.
    package func broadcast() {
        pthread_cond_broadcast(condition)
    }

    /// Sleeps until `body` returns a value; asks it now and after every wake-up, under the lock.
    ///
    /// - Returns: nil when `deadline` has passed first.
    package func wait<Result>(
        until deadline: ContinuousClock.Instant? = nil,
        _ body: (inout State) -> Result?
    ) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            let left = deadline - .now
            if left <= .zero { return nil }
            var wakeUp = timespec(monotonicIn: left)
            pthread_cond_timedwait(condition, mutex, &wakeUp)
        }
    }
}

extension timespec {
    /// The moment `duration` from now, on the monotonic clock.
    fileprivate init(monotonicIn duration: Duration) {
        self.init()
        clock_gettime(CLOCK_MONOTONIC, &self)
        let (seconds, attoseconds) = duration.components
        let nanoseconds = tv_nsec + Int(attoseconds / 1_000_000_000)
        tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        tv_nsec = nanoseconds % 1_000_000_000
    }
}
