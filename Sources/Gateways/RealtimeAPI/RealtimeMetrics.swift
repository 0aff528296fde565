internal import CoreMetrics

/// Counts what polls come to.
final class RealtimeMetrics: Sendable {
    private let delivered = Counter(label: "daybook_realtime_events_total")
    private let refills = Counter(label: "daybook_realtime_refills_total")
    private let refilled = Counter(label: "daybook_realtime_refilled_events_total")
    private let overflows = resync("overflow")
    private let changes = resync("access_changed")
    private let withEvents = answer("events")
    private let empty = answer("empty")
    private let superseded = answer("superseded")
    private let deleted = answer("deleted")
    private let revoked = answer("revoked")
    private let draining = answer("draining")
    private let vanished = answer("vanished")

    /// Notes an answer with so many events that ends a poll by itself.
    func answered(with events: Int) {
        guard events > 0 else { return empty.increment() }
        withEvents.increment()
        delivered.increment(by: events)
    }

    /// Notes the end of a poll that something else brought about.
    func ended(by reason: Waiter.Reason) {
        switch reason {
        case .superseded: superseded.increment()
        case .deleted: deleted.increment()
        case .revoked: revoked.increment()
        case .draining: draining.increment()
        case .vanished: vanished.increment()
        case .woken, .elapsed: empty.increment()
        }
    }

    /// Notes a page that came from the log.
    func refilled(_ events: Int) {
        refills.increment()
        if events > 0 { refilled.increment(by: events) }
    }

    /// Notes a queue that was too far behind.
    func overflowed() { overflows.increment() }

    /// Notes that so many of the events that were found say to load afresh, since what their user may see has changed.
    func accessChanged(_ count: Int) {
        if count > 0 { changes.increment(by: count) }
    }

    private static func answer(_ name: String) -> Counter {
        Counter(label: "daybook_realtime_polls_total", dimensions: [("answer", name)])
    }

    private static func resync(_ reason: String) -> Counter {
        Counter(label: "daybook_realtime_resyncs_total", dimensions: [("reason", reason)])
    }
}
