internal import Glibc

/// A thread of our own, for code that blocks: Swift's threads must never do so.
///
/// It ends when its body returns; nothing can end it from outside, so a body needs something to be told by (a queue that
/// is closed, an interrupt). Dropping the handle leaves the thread running.
package final class DedicatedThread: Sendable {
    private struct State {
        var isFinished = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Monitor(State())

    /// Starts the thread at once.
    ///
    /// - Parameters:
    ///   - name: what `top -H` and debuggers show; Linux keeps the first 15 bytes.
    ///   - stackBytes: 1 MB is room enough for drivers; deep recursion needs more.
    package init(name: String, stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () -> Void) {
        let start = Start(name: name) { [state] in
            body()
            let waiters = state.withLock { state in
                state.isFinished = true
                defer { state.waiters = [] }
                return state.waiters
            }
            state.broadcast()
            for waiter in waiters { waiter.resume() }
        }

        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }

        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            &attributes,
            { start in
                Unmanaged<Start>.fromOpaque(start!).takeRetainedValue().run()
                return nil
            },
            Unmanaged.passRetained(start).toOpaque()
        )
        precondition(code == 0, "the system gives no more threads (error \(code))")
    }

    /// Returns when the body has returned. Not cut short by cancellation of the waiting task.
    package func waitUntilFinished() async {
        await withCheckedContinuation { continuation in
            let isFinished = state.withLock { state in
                if !state.isFinished { state.waiters.append(continuation) }
                return state.isFinished
            }
            if isFinished { continuation.resume() }
        }
    }

    /// Blocks the calling thread, which must not be one of Swift's, until the body has returned.
    ///
    /// - Returns: false when `timeout` has passed first.
    package func join(timeout: Duration? = nil) -> Bool {
        state.wait(until: timeout.map { .now + $0 }) { $0.isFinished ? true : nil } ?? false
    }
}

/// What a new thread is handed.
private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        nameThisThread()
        body()
    }

    /// `pthread_setname_np` is not visible to Swift; the file does the same. A thread without a name works as well.
    private func nameThisThread() {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = name.withCString { write(file, $0, strlen($0)) }
        close(file)
    }
}
