import Glibc

/// Wakes a thread that waits for Redis, from any other thread and for good.
final class RedisInterrupt: Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        precondition(socketpair(AF_UNIX, kind, 0, &ends) == 0, "no file descriptor left for an interrupt")
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func fire() {
        // The byte is never read, so whoever waits later is woken as well. If there is no room, one is there.
        _ = write(writeEnd, [0], 1)
    }

    /// Waits, unless it has fired or fires meanwhile; returns whether it has.
    func sleep(for duration: Duration) -> Bool {
        SocketWait(descriptor: -1, events: 0, interrupt: self).result(until: .now + duration) == .interrupted
    }

    fileprivate var descriptor: Int32 { readEnd }
}

/// Waits for one socket, an interrupt and a deadline, whichever is first.
struct SocketWait {
    enum Result { case ready, interrupted, timedOut }

    private var descriptors: [pollfd]

    /// - Parameter descriptor: the socket; -1 is none.
    init(descriptor: Int32, events: Int32, interrupt: RedisInterrupt?) {
        descriptors = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
            pollfd(fd: interrupt?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
    }

    consuming func result(until deadline: ContinuousClock.Instant) -> Result {
        while true {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else { return .timedOut }
            // Rounded up: a wait too short would only be asked again at once.
            let count = poll(&descriptors, nfds_t(descriptors.count), Int32(min(left.rounded(.up), 60_000)))
            if count > 0 { return descriptors[1].revents == 0 ? .ready : .interrupted }
        }
    }
}
