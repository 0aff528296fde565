internal import DequeModule
package import EventStore
internal import Synchronization

/// Events that the projector has just committed, on their way to the fan-out of the same process, so that the log is read and
/// its events are decoded once for both. What is not there any more is in the log.
package final class ProjectedEvents: Sendable {
    /// Payload bytes of a partition; beyond it the oldest go.
    private static let byteLimit = 4 << 20
    private static let countLimit = 2000

    /// Events in a row, without a gap.
    private struct Run {
        var events: Deque<LogEvent> = []
        var bytes = 0

        mutating func removeFirst() {
            bytes -= events.removeFirst().raw.payload.count
        }
    }

    private let runs = Mutex<[Partition: Run]>([:])

    package init() {}

    /// Takes events of one partition in the log's order. They must be committed.
    func add(_ events: [LogEvent]) {
        guard let first = events.first?.raw else { return }
        runs.withLock { runs in
            var run = runs.removeValue(forKey: first.partition) ?? Run()
            if let last = run.events.last, last.raw.position + 1 != first.position { run = Run() }
            run.events.append(contentsOf: events)
            run.bytes += events.reduce(0) { $0 + $1.raw.payload.count }
            while run.events.count > Self.countLimit || run.bytes > Self.byteLimit { run.removeFirst() }
            runs[first.partition] = run
        }
    }

    /// Hands over up to `limit` events from the one after `position` on; none if that one is not here.
    func take(_ partition: Partition, after position: Position, limit: Int) -> [LogEvent] {
        runs.withLock { runs in
            guard var run = runs.removeValue(forKey: partition) else { return [] }
            defer { runs[partition] = run }
            while let first = run.events.first, first.raw.position <= position { run.removeFirst() }
            guard run.events.first?.raw.position == position + 1 else { return [] }
            let taken = Array(run.events.prefix(limit))
            for _ in taken { run.removeFirst() }
            return taken
        }
    }
}
