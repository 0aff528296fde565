import EventStore
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// Several processes' worth of writers on one partition while their backends are killed.
struct AppendConcurrencyTests {
    /// What one writer knows for sure.
    private struct Accepted: Sendable {
        let command: AppendCommand
        let first: Position
        let last: Position
    }

    private static let partition = Partition(0)
    private static let counter = UUID.v7()

    @Test(.timeLimit(.minutes(20)))
    func `nothing accepted is lost or doubled while backends are killed`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant(partition: Self.partition)
            let streams = (0..<20).map { _ in UUID.v7() }
            let logs = (0..<3).map { _ in database.log { $0.patience = .seconds(30) } }
            let end = ContinuousClock.now + .seconds(4)

            let accepted = try await withThrowingTaskGroup(of: [Accepted].self) { group in
                for log in logs {
                    for _ in 0..<8 {
                        group.addTask { try await Self.write(to: log, tenant, streams, until: end) }
                    }
                }
                group.addTask { try await Self.killAppenders(of: database, until: end) }
                group.addTask { try await Self.watch(database, until: end) }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try await Self.check(accepted, tenant, database)
        }
    }

    /// Commands with stale versions, guards and counters; now and then an answered one again.
    private static func write(
        to log: EventLog,
        _ tenant: Tenant,
        _ streams: [UUID],
        until end: ContinuousClock.Instant
    ) async throws -> [Accepted] {
        var accepted: [Accepted] = []
        var known: [UUID: StreamVersion] = [:]
        while ContinuousClock.now < end {
            if Int.random(in: 0..<10) == 0, let old = accepted.randomElement() {
                switch try await log.append(old.command, to: tenant.partition) {
                case .duplicate(let first, let last, let answer):
                    #expect(first == old.first && last == old.last && answer == old.command.answer)
                case .accepted(let outcome):
                    // Its own call broke, and the events' identifiers are those of the first one.
                    #expect(outcome.first == old.first && outcome.last == old.last)
                case let verdict: Issue.record("a repeated command got \(verdict)")
                }
                continue
            }
            let (stream, guarded) = (streams.randomElement()!, UUID.v7())
            let expected: StreamTouch.Expected = known[stream].map { $0 == 0 ? .noStream : .exactly($0) } ?? .any
            let command = Commands.post(
                to: stream,
                of: tenant,
                expecting: Bool.random() ? expected : .any,
                guarding: [StreamTouch(guarded, .noStream)],
                counters: [CounterMove(counter, .add(1, max: .max))],
                answer: randomBytes(8)
            )
            switch try await log.append(command, to: tenant.partition) {
            case .accepted(let outcome):
                known.merge(outcome.versions) { _, new in new }
                accepted.append(Accepted(command: command, first: outcome.first, last: outcome.last))
            case .conflict(let versions): known.merge(versions) { _, new in new }
            case let verdict: Issue.record("a fresh command got \(verdict)")
            }
        }
        return accepted
    }

    private static func killAppenders(
        of database: TestDatabase,
        until end: ContinuousClock.Instant
    ) async throws -> [Accepted] {
        let pool = database.pool()
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...150)))
            try await pool.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE usename = 'daybook_appender' AND datname = \(database.name) ORDER BY random() LIMIT 1
                """
            )
        }
        return []
    }

    /// A poller that trusts what it sees: positions come in order and without a gap.
    private static func watch(_ database: TestDatabase, until end: ContinuousClock.Instant) async throws -> [Accepted] {
        let log = database.log()
        var last: Position = 0
        while ContinuousClock.now < end {
            for event in try await log.read(partition, after: last, limit: 500) {
                #expect(event.position == last + 1)
                last = event.position
            }
        }
        #expect(last > 0)
        return []
    }

    private static func check(_ accepted: [Accepted], _ tenant: Tenant, _ database: TestDatabase) async throws {
        let reader = try await database.pool(as: .projector).withConnection { connection in
            var verifier = LogVerifier(on: connection)
            return try verifier.verify(partition)
        }
        #expect(reader.faults == [])
        #expect(reader.events == accepted.count, "every command writes one event")

        let log = database.log()
        var position: Position = 0
        var events: [Position: UUID] = [:]
        while position < reader.head {
            for event in try await log.read(partition, after: position, limit: 5_000) {
                events[event.position] = event.id
                position = event.position
            }
        }
        for one in accepted {
            #expect(one.first == one.last && events[one.first] == one.command.events[0].id)
        }
        let counts = try await database.pool().query(
            "SELECT (SELECT count(*) FROM es.outcomes), (SELECT value FROM es.counters WHERE counter = \(counter))",
            as: (Int, Int).self
        )
        #expect(counts[0] == (accepted.count, accepted.count))
    }
}
