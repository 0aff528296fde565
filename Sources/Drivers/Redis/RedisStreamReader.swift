import Synchronization
import Threads

/// Follows streams on a thread of its own and hands over what is added to them.
///
/// It remembers what it has handed over, so it reads on after a broken connection without loss, as long as Redis still
/// has the entries. Whether it has cannot be known, so `onGap` is called whenever something may be missing:
///
/// - after a new connection, before anything is read over it;
/// - when a stream was found younger than the place already read to (Redis was flushed or restarted empty, the key was
///   deleted). The stream is then read from its beginning;
/// - when the reader was so far behind that a stream was trimmed past its place.
///
/// ```swift
/// let reader = RedisStreamReader(configuration, streams: ["wake": .latest]) { entries in
///     for entry in entries { hub.wake(entry["u"]) }
/// } onGap: {
///     hub.wakeAll()
/// }
/// ```
package final class RedisStreamReader: Sendable {
    /// Where reading starts.
    package enum Start: Sendable {
        /// After this entry, wherever it stood or would stand.
        case after(RedisStreamID)
        /// After what is in the stream when the reader first has a connection, see ``waitUntilReady()``.
        case latest
    }

    struct Callbacks: Sendable {
        let onFailure: @Sendable (RedisError) -> Void
        let onEntries: @Sendable ([RedisStreamEntry]) -> Void
        let onGap: @Sendable () -> Void
    }

    private let interrupt = RedisInterrupt()
    private let ready = Latch()
    private let thread: DedicatedThread

    /// Starts at once, and tries until it is closed when Redis is not there. All callbacks are called on the reader's
    /// thread; reading stands still meanwhile.
    ///
    /// - Parameters:
    ///   - streams: the keys, of which none need be there yet. A few: Redis registers each again for every read.
    ///   - maxEntries: how many entries of each stream are handed over at a time.
    ///   - onFailure: called with the reason whenever a connection failed or broke; for a log line.
    ///   - onEntries: called with at least one entry; those of one stream are in order.
    ///   - onGap: called before the entries after the gap.
    package init(
        _ configuration: RedisConfiguration,
        streams: [String: Start],
        maxEntries: Int = 500,
        onFailure: @escaping @Sendable (RedisError) -> Void = { _ in },
        onEntries: @escaping @Sendable ([RedisStreamEntry]) -> Void,
        onGap: @escaping @Sendable () -> Void
    ) {
        precondition(!streams.isEmpty, "a reader of no streams has nothing to wait for")
        let callbacks = Callbacks(onFailure: onFailure, onEntries: onEntries, onGap: onGap)
        thread = DedicatedThread(name: "redis-stream") { [interrupt, ready] in
            var loop = RedisStreamLoop(
                configuration,
                starts: streams,
                maxEntries: maxEntries,
                interrupt: interrupt,
                callbacks: callbacks
            )
            loop.run(onReady: ready.open)
            ready.open()
        }
    }

    /// The thread does not hold the reader, so a forgotten one ends its thread here.
    deinit { interrupt.fire() }

    /// Returns once every `latest` start has become a place in its stream: what is added from then on is handed over.
    /// Also returns when the reader is closed. Not cut short by task cancellation.
    package func waitUntilReady() async { await ready.wait() }

    /// Ends reading at once and returns when the last callback has returned. Not to be called from a callback.
    package func close() async {
        interrupt.fire()
        await thread.waitUntilFinished()
    }
}

/// Lets tasks wait for one moment that comes once.
private final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }
}
