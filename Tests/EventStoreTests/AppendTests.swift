import EventStore
import Foundation
import Logging
import Postgres
import TestSupport
import Testing

/// What the log says to single commands, and what it then holds.
struct AppendTests {
    @Test func `an accepted event comes back byte for byte`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant(partition: Partition(1))
            let log = database.log()
            let command = Commands.post(to: .v7(), of: tenant)
            let verdict = try await log.append(command, to: tenant.partition)
            guard case .accepted(let accepted) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(accepted.first == 1 && accepted.last == 1)
            #expect(accepted.versions == [command.streams[0].stream: 1])

            let event = command.events[0]
            let expected = RecordedEvent(
                partition: tenant.partition,
                position: 1,
                tenant: tenant.id,
                stream: event.stream,
                version: 1,
                id: event.id,
                type: event.type,
                commandKey: command.key,
                metadata: event.metadata,
                payload: event.payload,
                recordedAt: accepted.committedAt
            )
            #expect(try await log.read(tenant.partition, after: 0, limit: 10) == [expected])
            #expect(try await log.read(tenant.partition, before: .max, limit: 10) == [expected])
            #expect(try await log.read(stream: event.stream, of: tenant, after: 0) == [expected])
            #expect(try await log.read(of: tenant, after: 0, limit: 10) == [expected])
            #expect(log.heads[tenant.partition] == 1)
            #expect(try await log.currentHeads()[tenant.partition] == 1)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a connection that breaks while a new type is made known does not fail the command`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant(partition: Partition(1))
            let log = database.log { $0.patience = .seconds(600) }
            let blocker = try PostgresConnection(database.configuration())
            try blocker.executeScript("BEGIN; LOCK TABLE es.types")
            async let verdict = log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            let pool = database.pool()
            var killed = 0
            while killed == 0 {
                killed = try await pool.query(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE usename = 'daybook_appender' AND datname = \(database.name) AND wait_event_type = 'Lock'
                    """,
                    as: Int.self
                )[0]
            }
            try blocker.executeScript("ROLLBACK")
            guard case .accepted = try await verdict else {
                Issue.record("\(try await verdict)")
                return
            }
        }
    }

    @Test func `a stale version is told the current one`() async throws {
        try await Self.run { log, tenant in
            let stream = UUID.v7()
            _ = try await log.append(Commands.post(to: stream, of: tenant), to: tenant.partition)
            let stale = Commands.post(to: stream, of: tenant, expecting: .noStream)
            #expect(try await log.append(stale, to: tenant.partition) == .conflict([stream: 1]))
        }
    }

    @Test func `a guard on a stream that is only read is kept`() async throws {
        try await Self.run { log, tenant in
            let room = UUID.v7()
            let missing = Commands.post(to: .v7(), of: tenant, guarding: [StreamTouch(room, .exists)])
            let stream = missing.streams[0].stream
            #expect(try await log.append(missing, to: tenant.partition) == .conflict([stream: 0, room: 0]))
            _ = try await log.append(Commands.post(to: room, of: tenant), to: tenant.partition)
            let verdict = try await log.append(missing, to: tenant.partition)
            guard case .accepted(let accepted) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(accepted.versions == [stream: 1, room: 1])
        }
    }

    @Test func `the same key answers the same, another request under it is an error`() async throws {
        try await Self.run { log, tenant in
            let command = Commands.post(to: .v7(), of: tenant, answer: [1, 2, 3])
            _ = try await log.append(command, to: tenant.partition)
            #expect(
                try await log.append(command, to: tenant.partition) == .duplicate(first: 1, last: 1, answer: [1, 2, 3])
            )
            var other = command
            other.request = randomBytes(32)
            #expect(try await log.append(other, to: tenant.partition) == .keyReused)
            let outcome = CommandOutcome(request: command.request, first: 1, last: 1, answer: [1, 2, 3])
            #expect(try await log.outcome(of: command.key, for: tenant) == outcome)
            #expect(try await log.outcome(of: randomBytes(32), for: tenant) == nil)
        }
    }

    @Test func `a command that changes nothing is answered with what it saw`() async throws {
        try await Self.run { log, tenant in
            let command = AppendCommand(
                tenant: tenant.id,
                key: randomBytes(32),
                request: randomBytes(32),
                streams: [],
                events: [],
                seen: 42
            )
            let verdict = try await log.append(command, to: tenant.partition)
            guard case .accepted(let accepted) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(accepted.first == 0 && accepted.last == 42)
            #expect(try await log.append(command, to: tenant.partition) == .duplicate(first: 0, last: 42, answer: nil))
        }
    }

    @Test func `a counter lets in as many as it has room for, at once`() async throws {
        try await Self.run { log, tenant in
            let seats = UUID.v7()
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let command = Commands.post(
                            to: .v7(),
                            of: tenant,
                            counters: [CounterMove(seats, .add(1, max: 20))]
                        )
                        if case .accepted = try await log.append(command, to: tenant.partition) { return true }
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 20)
            let full = Commands.post(to: .v7(), of: tenant, counters: [CounterMove(seats, .add(1, max: 20))])
            #expect(try await log.append(full, to: tenant.partition) == .refused([seats: 20]))
        }
    }

    @Test func `a bad command alone is malformed, its neighbours are not`() async throws {
        try await Self.run { log, tenant in
            let verdicts = await withTaskGroup(of: Result<AppendVerdict, AppendError>.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        var command = Commands.post(to: .v7(), of: tenant)
                        // 31 bytes: only the table's check finds it.
                        if number == 17 { command.request.removeLast() }
                        do throws(AppendError) {
                            return .success(try await log.append(command, to: tenant.partition))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            var malformed = 0
            for case .failure(.malformed) in verdicts { malformed += 1 }
            #expect(malformed == 1)
            let heads = try await log.currentHeads()
            #expect(heads[tenant.partition] == 39)
        }
    }

    @Test func `a partition that has moved refuses the old epoch`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            try await database.pool().execute("UPDATE es.heads SET epoch = 2 WHERE partition = 0")
            await #expect(throws: AppendError.fenced) {
                try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            }
        }
    }

    @Test func `a partition that is not there is malformed`() async throws {
        try await Self.run { log, tenant in
            await #expect(throws: AppendError.malformed("there is no partition 99")) {
                try await log.append(Commands.post(to: .v7(), of: tenant), to: Partition(99))
            }
        }
    }

    @Test func `a closed log says so`() async throws {
        try await Self.run { log, tenant in
            _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            await log.close()
            await #expect(throws: AppendError.closed) {
                try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            }
        }
    }

    @Test func `a full queue says so, and patience ends while Postgres is away`() async throws {
        var nowhere = PostgresConfiguration(conninfo: "host=/nonexistent dbname=none")
        nowhere.connectTimeout = .milliseconds(100)
        var configuration = EventLog.Configuration(appender: nowhere, reader: nowhere)
        configuration.appenders = 1
        configuration.queueLimit = 1
        configuration.batchLimit = 1
        configuration.patience = .milliseconds(300)
        let log = EventLog(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let tenant = Tenant(id: .v7(), partition: Partition(0))
        let errors = await withTaskGroup(of: AppendError?.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    let command = AppendCommand(
                        tenant: tenant.id,
                        key: randomBytes(32),
                        request: randomBytes(32),
                        streams: [],
                        events: []
                    )
                    do throws(AppendError) {
                        _ = try await log.append(command, to: tenant.partition)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.contains(.overloaded))
        #expect(errors.contains { if case .unavailable = $0 { true } else { false } })
        #expect(!errors.contains(nil))
        await log.close()
    }

    private static func run(_ body: @escaping (EventLog, Tenant) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            try await body(database.log(), try await database.makeTenant())
        }
    }
}
