import EventStore
import Foundation
import TestSupport
import Testing

/// Reading by stream, by tenant, and by time.
struct ReadTests {
    @Test func `a stream is read backwards in pages`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            let (stream, other) = (UUID.v7(), UUID.v7())
            for number in 1...7 {
                _ = try await log.append(Commands.post(to: stream, of: tenant), to: tenant.partition)
                if number % 2 == 0 {
                    _ = try await log.append(Commands.post(to: other, of: tenant), to: tenant.partition)
                }
            }
            let forwards = try await log.read(stream: stream, of: tenant, after: 0)

            var backwards: [RecordedEvent] = []
            var version = StreamVersion.max
            while let page = try await Self.page(log.read(stream: stream, of: tenant, before: version, limit: 3)) {
                backwards += page
                version = backwards[backwards.count - 1].version
            }
            #expect(forwards.map(\.version) == Array(1...7))
            #expect(backwards == forwards.reversed())
        }
    }

    @Test func `a tenant's events are read backwards, and no other tenant's`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            let neighbour = try await log.place(UUID.v7(), in: tenant.partition)
            for _ in 0..<4 {
                _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
                _ = try await log.append(Commands.post(to: .v7(), of: neighbour), to: tenant.partition)
            }
            let forwards = try await log.read(of: tenant, after: 0, limit: 100)

            var backwards: [RecordedEvent] = []
            var position = Position.max
            while let page = try await Self.page(log.read(of: tenant, before: position, limit: 3)) {
                backwards += page
                position = backwards[backwards.count - 1].position
            }
            #expect(forwards.map(\.position) == [1, 3, 5, 7])
            #expect(backwards == forwards.reversed())
        }
    }

    @Test func `the position at a time is that of the last event recorded by then`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            #expect(try await log.position(at: .max, of: tenant.partition) == 0)
            for _ in 0..<9 {
                async let first = log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
                async let second = log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
                _ = try await (first, second)
            }
            let events = try await log.read(of: tenant, after: 0, limit: 100)
            for event in events {
                let last = events.last { $0.recordedAt == event.recordedAt }
                #expect(try await log.position(at: event.recordedAt, of: tenant.partition) == last?.position)
                let earlier = events.last { $0.recordedAt < event.recordedAt }
                #expect(
                    try await log.position(at: event.recordedAt - 1, of: tenant.partition) == earlier?.position ?? 0
                )
            }
            #expect(try await log.position(at: events[17].recordedAt + 60_000_000, of: tenant.partition) == 18)
        }
    }

    /// Nil for the page after the last.
    private static func page(_ events: [RecordedEvent]) -> [RecordedEvent]? { events.isEmpty ? nil : events }
}
