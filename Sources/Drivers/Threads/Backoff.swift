/// How long to wait before the next try: twice as long each time, with jitter so that many do not return as one.
package struct Backoff: Sendable {
    private let first: Duration
    private let limit: Duration
    private var ceiling: Duration

    /// - Parameters:
    ///   - first: the longest first wait.
    ///   - limit: the longest wait of all.
    package init(first: Duration = .milliseconds(50), limit: Duration = .seconds(2)) {
        self.first = first
        self.limit = limit
        ceiling = first
    }

    /// The next wait: between half and all of the current ceiling, which then doubles.
    package mutating func next() -> Duration {
        defer { ceiling = min(ceiling * 2, limit) }
        return ceiling * Double.random(in: 0.5...1)
    }

    /// To be called after a success.
    package mutating func reset() {
        ceiling = first
    }
}
