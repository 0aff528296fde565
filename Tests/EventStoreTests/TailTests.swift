import EventStore
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

struct TailTests {
    @Test(.timeLimit(.minutes(20)))
    func `a tail gives what is there and then what comes, in order`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            for _ in 0..<7 { _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition) }

            async let later: Void = {
                for _ in 0..<5 {
                    try await Task.sleep(for: .milliseconds(20))
                    _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
                }
            }()
            var positions: [Position] = []
            for try await page in log.tail(tenant.partition, after: 2, page: 3) {
                #expect(!page.isEmpty && page.count <= 3)
                positions += page.map(\.position)
                if positions.count == 10 { break }
            }
            #expect(positions == Array(3...12))
            try await later
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a tail reads no further than its reader`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            for _ in 0..<6 { _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition) }
            var pages = log.tail(tenant.partition, after: 0, page: 2).makeAsyncIterator()
            #expect(try await pages.next()?.map(\.position) == [1, 2])

            // What the log holds when the reader asks is what it gets: nothing was read ahead.
            try await database.pool().execute("UPDATE es.events SET metadata = 'later' WHERE position = 3")
            let page = try await pages.next()
            #expect(page?.first?.metadata == Array("later".utf8))
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `what another process commits is seen without a wake-up`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let (ours, theirs) = (database.log(), database.log())
            let running = Task { await ours.run(interval: .milliseconds(10)) }
            let seen = Mutex<[Position]>([])
            ours.heads.observe { _, position in seen.withLock { $0.append(position) } }
            _ = try await theirs.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            await ours.heads.wait(tenant.partition, past: 0, timeout: .seconds(10))
            running.cancel()
            await running.value
            #expect(ours.heads[tenant.partition] == 1 && seen.withLock { $0 } == [1])
        }
    }

    @Test func `a wait ends at its timeout and when it is cancelled`() async {
        let watch = PositionWatch()
        await watch.wait(Partition(0), past: 0, timeout: .milliseconds(10))
        let waiting = Task { await watch.wait(Partition(0), past: 0, timeout: .seconds(60)) }
        waiting.cancel()
        await waiting.value
    }

    @Test func `outcomes of the last seven days are kept`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            let (old, new) = (Commands.post(to: .v7(), of: tenant), Commands.post(to: .v7(), of: tenant))
            for command in [old, new] { _ = try await log.append(command, to: tenant.partition) }
            try await database.pool().execute(
                "UPDATE es.outcomes SET created_at = now() - interval '8 days' WHERE key = \(old.key)"
            )
            let appender = database.pool(as: .appender)
            let clean: SQL = "SELECT es.clean_outcomes(0, interval '1 second', 100)"
            #expect(try await appender.query(clean, as: Int.self) == [1])
            #expect(try await log.outcome(of: old.key, for: tenant) == nil)
            #expect(try await log.outcome(of: new.key, for: tenant) != nil)
        }
    }
}
