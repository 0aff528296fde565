internal import CoreMetrics
internal import EventStore

/// Counts what one thread does with its partition, once a step.
final class PartitionMetrics: Sendable {
    private let owned: Gauge
    private let events: Counter
    private let steps: Timer
    private let failures: Counter

    /// - Parameter partition: its name.
    init(role: String, _ partition: String) {
        let dimensions = [("role", role), ("partition", partition)]
        owned = Gauge(label: "daybook_partition_owned", dimensions: dimensions)
        events = Counter(label: "daybook_partition_events_total", dimensions: dimensions)
        steps = Timer(label: "daybook_partition_step_duration_seconds", dimensions: [("role", role)])
        failures = Counter(label: "daybook_partition_failures_total", dimensions: dimensions)
        owned.record(0)
    }

    func owns(_ isOwner: Bool) { owned.record(isOwner ? 1 : 0) }

    /// Notes a step that went on by so many positions, which is as many events since positions have no gaps.
    func stepped(by count: Position, in duration: Duration) {
        if count > 0 { events.increment(by: count) }
        steps.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    func failed() { failures.increment() }

    /// Notes a stream that had to be set aside, which is rare.
    static func parked(in partition: String) {
        Counter(label: "daybook_partition_parked_total", dimensions: [("partition", partition)]).increment()
    }
}
