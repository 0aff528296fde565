/// A bounded queue from any thread or task to threads of our own, which sleep on it.
///
/// What arrives while the consumer is busy is taken in one go, so batches form by themselves:
///
///     let queue = BlockingQueue<Command>(capacity: 10_000)
///     let thread = DedicatedThread(name: "appender") {
///         while let batch = queue.takeAll(max: 500) { append(batch) }
///     }
package final class BlockingQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false

        /// Takes the oldest ones; the whole array changes hands when it fits.
        mutating func take(max: Int) -> [Element] {
            if elements.count <= max {
                defer { elements = [] }
                return elements
            }
            defer { elements.removeFirst(max) }
            return Array(elements.prefix(max))
        }
    }

    private let state = Monitor(State())
    private let capacity: Int

    /// - Parameter capacity: how many elements may wait; beyond it `push` says no.
    package init(capacity: Int) {
        precondition(capacity > 0, "a queue without room takes nothing")
        self.capacity = capacity
    }

    package var count: Int { state.withLock { $0.elements.count } }

    package var isClosed: Bool { state.withLock(\.isClosed) }

    /// Adds an element at the end; false when the queue is full or closed. Never blocks.
    package func push(_ element: Element) -> Bool {
        let taken = state.withLock { state in
            guard !state.isClosed, state.elements.count < capacity else { return false }
            state.elements.append(element)
            return true
        }
        if taken { state.signal() }
        return taken
    }

    /// Puts elements before all others, in their order: those that were taken already and must be tried again.
    /// Neither the bound nor `close` refuses them, since they were let in once.
    package func pushFront(_ elements: [Element]) {
        guard !elements.isEmpty else { return }
        state.withLock { $0.elements.insert(contentsOf: elements, at: 0) }
        state.broadcast()
    }

    /// Blocks until something is there and takes up to `max` of it, oldest first; nil when the queue is closed and empty.
    package func takeAll(max: Int) -> [Element]? {
        takeAll(max: max, until: nil)
    }

    /// Like `takeAll(max:)`, but returns an empty array when nothing has come within `timeout`.
    package func takeAll(max: Int, timeout: Duration) -> [Element]? {
        takeAll(max: max, until: .now + timeout)
    }

    /// Blocks until there is an element and takes the oldest; nil when the queue is closed and empty.
    package func take() -> Element? {
        takeAll(max: 1)?.first
    }

    /// Takes out every element that matches, wherever it stands. Never blocks.
    package func removeAll(where matches: (Element) -> Bool) -> [Element] {
        state.withLock { state in
            let removed = state.elements.filter(matches)
            if !removed.isEmpty { state.elements.removeAll(where: matches) }
            return removed
        }
    }

    /// Lets nothing more in. Consumers still get what waits, then nil.
    package func close() {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    private func takeAll(max: Int, until deadline: ContinuousClock.Instant?) -> [Element]? {
        precondition(max > 0, "taking nothing would spin")
        let taken: [Element]?? = state.wait(until: deadline) { state in
            if !state.elements.isEmpty { return .some(state.take(max: max)) }
            return state.isClosed ? .some(nil) : nil
        }
        return taken ?? []
    }
}
