internal import Glibc
internal import Synchronization

/// Calls a connection's thread away from its wait, from any other thread or task: the statement that runs is cancelled on
/// the server and throws `.cancelled`, and so does every later one until `reset`.
package final class PostgresInterrupt: Sendable {
    /// A pipe holds a byte while the interrupt is fired, so that `poll` sees it.
    let readEnd: Int32
    private let writeEnd: Int32
    private let fired = Mutex(false)

    package init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "the system gives no more file descriptors")
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        Glibc.close(readEnd)
        Glibc.close(writeEnd)
    }

    package var isFired: Bool { fired.withLock { $0 } }

    package func fire() {
        fired.withLock { fired in
            guard !fired else { return }
            var byte: UInt8 = 1
            write(writeEnd, &byte, 1)
            fired = true
        }
    }

    package func reset() {
        fired.withLock { fired in
            guard fired else { return }
            var byte: UInt8 = 0
            read(readEnd, &byte, 1)
            fired = false
        }
    }

    /// Sleeps until `deadline`; false when the interrupt was fired first.
    func sleep(until deadline: ContinuousClock.Instant) -> Bool {
        var descriptor = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&descriptor, 1, deadline.pollTimeout)
            if ready > 0 { return false }
            if ready == 0, deadline <= .now { return true }
        }
    }
}

extension ContinuousClock.Instant {
    /// What is left until then, in `poll`'s milliseconds: rounded up, so that it never wakes too early, and a day at most,
    /// after which the caller asks again.
    var pollTimeout: Int32 {
        let left = min(self - .now, .seconds(86_400))
        if left <= .zero { return 0 }
        let (seconds, attoseconds) = left.components
        return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
    }
}
