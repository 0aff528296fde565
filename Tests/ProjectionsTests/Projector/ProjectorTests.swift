import EventStore
import Events
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Projections

@Suite(.serialized) struct ProjectorTests {
    @Test func `a running projector follows the log, tells of it, and gives its lease up at the end`() async throws {
        try await Story.run { story in
            let committed = Mutex<[Position]>([])
            let projector = story.makeProjector { _, position in committed.withLock { $0.append(position) } }
            try await running(projector) {
                let ada = try await story.join()
                let room = try await story.open(members: [ada])
                let message = try await story.post(in: room, by: ada)
                #expect(try await story.reads.wait(for: story.tenant, past: 4, timeout: .seconds(20)))
                #expect(try await story.reads.message(message, for: ada, in: story.tenant) != nil)
                #expect(committed.withLock { $0.last == 4 && $0 == $0.sorted() })
            }
            let owners = try await story.query("SELECT lease_owner, true FROM rm.checkpoints", as: (UUID?, Bool).self)
            #expect(owners.count == 4 && owners.allSatisfy { $0.0 == nil })
        }
    }

    @Test func `a partition whose owner is gone is taken over, and nothing is projected twice`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            try await story.post("one", in: room, by: ada)
            // An owner that died: its lease runs out by itself.
            try await story.projector.withConnection { [story] connection in
                var dead = try #require(
                    try PartitionProjection(
                        into: .product,
                        of: story.tenant.partition,
                        by: UUID(),
                        for: .milliseconds(300),
                        unparking: story.unparking,
                        on: connection
                    )
                )
                let events = try story.log.queries.readDecoded(
                    story.tenant.partition,
                    after: 0,
                    limit: 500,
                    by: story.codec,
                    on: connection
                )
                try dead.project(events, on: connection)
            }
            try await running(story.makeProjector()) {
                try await story.post("two", in: room, by: ada)
                #expect(try await story.reads.wait(for: story.tenant, past: 5, timeout: .seconds(20)))
            }
            let views = try await story.reads.messages(in: room, .newest, limit: 10, for: ada, in: story.tenant)
            #expect(views?.map(\.body) == ["one", "two"])
        }
    }

    @Test func `two projectors on all partitions and broken connections project each event once`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            try await running(story.makeProjector()) {
                try await running(story.makeProjector()) {
                    for number in 1...40 {
                        try await story.post("\(number)", in: room, by: ada)
                        if number % 10 == 0 {
                            try await story.superuser.execute(
                                """
                                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                 WHERE usename = 'daybook_projector' AND datname = current_database() AND query LIKE '%rm.%'
                                """
                            )
                        }
                    }
                    #expect(try await story.reads.wait(for: story.tenant, past: 43, timeout: .seconds(30)))
                }
            }
            let views = try await story.reads.messages(in: room, .newest, limit: 100, for: ada, in: story.tenant)
            #expect(views?.map(\.body) == (1...40).map { "\($0)" })
            #expect(views?.map(\.seq) == (1...40).map { $0 })
            #expect(try await story.rows(of: "rm.parked") == [])
        }
    }

    @Test func `new messages are projected in bulk`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            var rooms: [RoomID] = []
            for _ in 0..<20 { rooms.append(try await story.open(members: [ada])) }
            let count = 4000
            try await withThrowingTaskGroup(of: Void.self) { [rooms] group in
                for worker in 0..<100 {
                    group.addTask {
                        for number in 0..<(count / 100) {
                            try await story.post(
                                "message \(worker) \(number)",
                                in: rooms[(worker + number) % 20],
                                by: ada
                            )
                        }
                    }
                }
                try await group.waitForAll()
            }
            let clock = ContinuousClock()
            let time = try await clock.measure { try await story.project() }
            let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
            print("projected \(Int(Double(count) / seconds)) messages/s (debug build, read + decode + write)")
            let last = try await story.query(
                "SELECT sum(last_seq)::bigint, count(*) FROM rm.rooms",
                as: (Int64, Int64).self
            )[0]
            #expect(last == (Int64(count), 20))
        }
    }
}

extension Story {
    fileprivate func makeProjector(
        onCommitted: @escaping @Sendable (Partition, Position) -> Void = { _, _ in }
    ) -> Projector {
        var configuration = Projector.Configuration(
            postgres: database.configuration(as: .projector),
            partitions: (0..<4).map { Partition($0) }
        )
        configuration.lease = .milliseconds(500)
        configuration.standby = .milliseconds(50)
        return Projector(
            configuration,
            log: log,
            codec: codec,
            progress: reads.progress,
            logger: database.logger,
            onCommitted: { partition, position in if partition == tenant.partition { onCommitted(partition, position) }
            }
        )
    }
}

/// Runs the projector as long as `body` goes on, and ends it.
private func running(_ projector: Projector, _ body: () async throws -> Void) async throws {
    let run = Task { try await projector.run() }
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    run.cancel()
    try await run.value
    try result.get()
}
