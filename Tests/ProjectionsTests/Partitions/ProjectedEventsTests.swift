import EventStore
import Events
import Foundation
import Testing

@testable import Projections

struct ProjectedEventsTests {
    private let partition = Partition(3)
    private let projected = ProjectedEvents()

    @Test func `what the projector commits is handed over once, in pages`() {
        projected.add(events(5...7))
        projected.add(events(8...9))
        #expect(projected.take(partition, after: 4, limit: 2).map(\.raw.position) == [5, 6])
        #expect(projected.take(partition, after: 6, limit: 10).map(\.raw.position) == [7, 8, 9])
        #expect(projected.take(partition, after: 4, limit: 10).isEmpty)
        #expect(projected.take(Partition(1), after: 4, limit: 10).isEmpty)
    }

    @Test func `nothing is handed over where an event would be missing`() {
        projected.add(events(5...7))
        #expect(projected.take(partition, after: 3, limit: 10).isEmpty)
        // Another process projected 8 and 9: what is here before them has nothing after it.
        projected.add(events(10...11))
        #expect(projected.take(partition, after: 4, limit: 10).isEmpty)
        #expect(projected.take(partition, after: 9, limit: 10).map(\.raw.position) == [10, 11])
    }

    @Test func `a fan-out that is ahead passes over what it has done`() {
        projected.add(events(5...9))
        #expect(projected.take(partition, after: 7, limit: 10).map(\.raw.position) == [8, 9])
    }

    @Test func `when nobody takes anything, the oldest go`() {
        for start in stride(from: Position(1), to: 5000, by: 100) { projected.add(events(start...(start + 99))) }
        #expect(projected.take(partition, after: 0, limit: 10).isEmpty)
        #expect(projected.take(partition, after: 4990, limit: 100).map(\.raw.position) == Array(4991...5000))
        let large = (1...40).map { event(5000 + $0, payload: Array(repeating: 0, count: 1 << 20)) }
        projected.add(large)
        #expect(projected.take(partition, after: 5001, limit: 1).isEmpty)
        #expect(projected.take(partition, after: 5039, limit: 1).count == 1)
    }

    private func events(_ positions: ClosedRange<Position>) -> [LogEvent] {
        positions.map { event($0, payload: []) }
    }

    private func event(_ position: Position, payload: [UInt8]) -> LogEvent {
        let raw = RecordedEvent(
            partition: partition,
            position: position,
            tenant: UUID(),
            stream: UUID(),
            version: 1,
            id: UUID(),
            type: EventType("test.happened"),
            commandKey: [],
            metadata: [],
            payload: payload,
            recordedAt: 0
        )
        return LogEvent(raw, .failure(Poison("not decoded here")))
    }
}
