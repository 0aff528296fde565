import Glibc

/// Wakes a thread that waits for Redis, from any other thread, for good.
final class RedisInterrupt: Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0, "no file descriptor left for a pipe")
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func fire() {
        // The byte is never read, so whoever waits later is woken as well.
        write(writeEnd, [0], 1)
    }

    /// Waits, unless it has fired or fires meanwhile. Returns whether it has.
    func sleep(for duration: Duration) -> Bool {
        wait(for: nil, until: .now + duration) == .interrupted
    }
}
