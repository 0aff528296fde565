import Foundation
import Postgres
import TestSupport
import Testing

extension PostgresTests {
    struct PoolTests {
        private func withPool<Result>(
            _ configuration: PostgresConfiguration? = nil,
            size: Int = 2,
            queueLimit: Int = 100,
            _ body: (PostgresPool) async throws -> Result
        ) async throws -> Result {
            let pool = PostgresPool(try configuration ?? Server.configuration(), size: size, queueLimit: queueLimit)
            do {
                let result = try await body(pool)
                await pool.close()
                return result
            } catch {
                await pool.close()
                throw error
            }
        }

        @Test func `many callers share few connections`() async throws {
            try await withPool { pool in
                let servers = try await withThrowingTaskGroup(of: Int32.self) { group in
                    for n in 0..<50 {
                        group.addTask {
                            try await pool.query("SELECT pg_backend_pid(), \(n)", as: (Int32, Int).self)[0].0
                        }
                    }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(servers.count <= 2)
            }
        }

        @Test func `a pool answers tuples, single columns, counts and pipelines`() async throws {
            try await withPool { pool in
                #expect(try await pool.query("SELECT \(7)", as: Int.self) == [7])
                #expect(try await pool.query("SELECT \(7), \("x")", as: (Int, String).self)[0] == (7, "x"))
                #expect(try await pool.execute("SELECT generate_series(1, 3)") == 3)
                let tenant = try await pool.pipeline([
                    "SELECT set_config('daybook.tenant', \("acme"), true)", "SELECT current_setting('daybook.tenant')",
                ]) { results throws(PostgresError) in try results[1].decode(String.self) }
                #expect(tenant == ["acme"])
            }
        }

        @Test func `a pool that keeps plans plans a statement once, and anew now and then`() async throws {
            try await withPool(try Server.configuration().keepingPlans(), size: 1) { pool in
                try await pool.withConnection {
                    try $0.executeScript("CREATE TEMPORARY TABLE grown (k int PRIMARY KEY, v text)")
                }
                func value(of key: Int32) async throws -> [String] {
                    try await pool.query("SELECT v FROM grown WHERE k = \(key)", as: String.self)
                }
                func plan() async throws -> String {
                    try await pool.withConnection { connection in
                        let prepared = try connection.execute(
                            "SELECT name, custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT v FROM grown%'"
                        ).decode((String, Int64).self)[0]
                        #expect(prepared.1 == 0)
                        return try connection.execute("EXPLAIN EXECUTE \(raw: "\"\(prepared.0)\"")(1)").decode(
                            String.self
                        )
                        .joined(separator: "\n")
                    }
                }
                #expect(try await value(of: 1) == [])
                try await pool.withConnection {
                    try $0.executeScript("SET enable_indexscan = off; SET enable_seqscan = on; DISCARD PLANS")
                }
                #expect(try await value(of: 1) == [])
                #expect(try await plan().contains("Seq Scan"))
                try await pool.withConnection {
                    try $0.executeScript("SET enable_indexscan = on; SET enable_seqscan = off")
                }
                // What has changed since is not looked at before the next power of two.
                #expect(try await plan().contains("Seq Scan"))
                for _ in 0..<8 { #expect(try await value(of: 1) == []) }
                #expect(try await !plan().contains("Seq Scan"))
            }
        }

        @Test func `what a body leaves open is rolled back`() async throws {
            try await withPool(size: 1) { pool in
                try await pool.withConnection { try $0.executeScript("BEGIN") }
                #expect(try await pool.withConnection { $0.isInTransaction } == false)
            }
        }

        @Test func `a cancelled task cancels its statement`() async throws {
            try await withPool(size: 1) { pool in
                let took = try await ContinuousClock().measure {
                    let task = Task { try await pool.execute("SELECT pg_sleep(30)") }
                    try await Task.sleep(for: .milliseconds(200))
                    task.cancel()
                    #expect(try await asyncFailure { try await task.value }.code == .cancelled)
                }
                #expect(took < .seconds(3))
                #expect(try await pool.query("SELECT \(1)", as: Int.self) == [1])
            }
        }

        @Test func `a cancelled task leaves the queue`() async throws {
            try await withPool(size: 1) { pool in
                let (begun, begin) = AsyncStream.makeStream(of: Void.self)
                let busy = Task {
                    try await pool.withConnection { connection in
                        begin.finish()
                        _ = try connection.execute("SELECT pg_sleep(30)")
                    }
                }
                for await _ in begun {}
                let waiting = Task { try await pool.execute("SELECT 1") }
                while pool.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
                waiting.cancel()
                // It would be timed out, had it stayed until its turn or its time.
                #expect(try await asyncFailure { try await waiting.value }.code == .cancelled)
                busy.cancel()
                #expect(try await asyncFailure { try await busy.value }.code == .cancelled)
            }
        }

        @Test func `a pool tells how busy it is, and how often it was too busy`() async throws {
            try await withPool(size: 1, queueLimit: 1) { pool in
                #expect(pool.usage == PoolUsage(connections: 1, inUse: 0, waiting: 0, timeouts: 0, overloads: 0))
                let (begun, begin) = AsyncStream.makeStream(of: Void.self)
                let busy = Task {
                    try await pool.withConnection { connection in
                        begin.finish()
                        _ = try connection.execute("SELECT pg_sleep(30)")
                    }
                }
                for await _ in begun {}
                let waiting = Task { try await pool.execute("SELECT 1", timeout: .milliseconds(300)) }
                while pool.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(try await asyncFailure { try await pool.execute("SELECT 2") }.code == .overloaded)
                #expect(pool.usage == PoolUsage(connections: 1, inUse: 1, waiting: 1, timeouts: 0, overloads: 1))
                #expect(try await asyncFailure { try await waiting.value }.code == .timedOut)
                #expect(pool.usage.timeouts == 1)
                busy.cancel()
                #expect(try await asyncFailure { try await busy.value }.code == .cancelled)
                #expect(pool.usage == PoolUsage(connections: 1, inUse: 0, waiting: 0, timeouts: 1, overloads: 1))
            }
        }

        @Test func `a cancellation never hits another caller`() async throws {
            try await withPool(size: 2, queueLimit: 1000) { pool in
                await withTaskGroup { group in
                    for n in 0..<400 {
                        let isVictim = n % 2 == 0
                        group.addTask {
                            let task = Task {
                                try await pool.query("SELECT \(n) FROM pg_sleep(0.002)", as: Int.self)
                            }
                            if isVictim {
                                // Nobody cancels this sleep.
                                try? await Task.sleep(for: .microseconds(Int.random(in: 0...400_000)))
                                task.cancel()
                            }
                            switch await task.result {
                            case .success(let rows): #expect(rows == [n])
                            case .failure(let error as PostgresError):
                                #expect(isVictim && error.code == .cancelled, "\(error)")
                            case .failure(let error): Issue.record(error)
                            }
                        }
                    }
                }
            }
        }

        @Test func `a full queue says so at once`() async throws {
            try await withPool(size: 1, queueLimit: 3) { pool in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await pool.execute("SELECT pg_sleep(1)") }
                    try await Task.sleep(for: .milliseconds(100))
                    for _ in 0..<3 { group.addTask { try await pool.execute("SELECT 1") } }
                    try await Task.sleep(for: .milliseconds(100))
                    #expect(pool.waiting == 3)
                    let error = try await asyncFailure { try await pool.execute("SELECT 1") }
                    #expect(error.code == .overloaded)
                    #expect(error.isUnavailable)
                    try await group.waitForAll()
                }
            }
        }

        @Test func `a timeout bounds the waiting and the statement`() async throws {
            try await withPool(size: 1) { pool in
                let slow = try await asyncFailure {
                    try await pool.execute("SELECT pg_sleep(30)", timeout: .milliseconds(200))
                }
                #expect(slow.code == .timedOut)
                let busy = Task { try await pool.execute("SELECT pg_sleep(1)") }
                try await Task.sleep(for: .milliseconds(100))
                let waited = try await asyncFailure { try await pool.execute("SELECT 1", timeout: .milliseconds(200)) }
                #expect(waited.code == .timedOut)
                _ = try await busy.value
            }
        }

        @Test func `after a terminated connection the next call works`() async throws {
            try await withPool(size: 1) { pool in
                for _ in 1...3 {
                    let server = try await pool.withConnection { $0.processID }
                    try Server.terminate(server)
                    #expect(try await pool.query("SELECT \(1)", as: Int.self) == [1])
                }
                let error = try await asyncFailure {
                    try await pool.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                }
                #expect(error.code == .connectionLost)
                #expect(try await pool.query("SELECT \(1)", as: Int.self) == [1])
            }
        }

        @Test func `while the server is away callers fail in time, and succeed when it is back`() async throws {
            let door = try Door(applicationName: "daybook-door")
            defer { try? door.remove() }  // only a folder in /tmp
            try door.open()
            try await withPool(door.configuration, size: 2) { pool in
                #expect(try await pool.query("SELECT \(1)", as: Int.self) == [1])
                try door.shut()

                // Tests that block their threads must not count as the pool's time.
                let took = try await withTaskExecutorPreference(OwnThread()) {
                    try await ContinuousClock().measure {
                        try await withThrowingTaskGroup(of: PostgresError.self) { group in
                            for _ in 0..<10 {
                                group.addTask {
                                    try await asyncFailure {
                                        try await pool.execute("SELECT 1", timeout: .milliseconds(600))
                                    }
                                }
                            }
                            for try await error in group {
                                #expect(error.code == .connectionFailed)
                                #expect(error.isUnavailable)
                            }
                        }
                    }
                }
                #expect(took >= .milliseconds(600) && took < .seconds(2))

                let patient = Task { try await pool.query("SELECT \(1)", as: Int.self) }
                try await Task.sleep(for: .milliseconds(100))
                try door.open()
                #expect(try await patient.value == [1])
            }
        }

        @Test(.timeLimit(.minutes(20)))
        func `a closed pool finishes what runs and refuses the rest`() async throws {
            let pool = PostgresPool(try Server.configuration(), size: 1, queueLimit: 10)
            let holder = try Server.connect()
            let key = Int64.random(in: .min ... .max)
            try holder.execute("SELECT pg_advisory_lock(\(key))")
            let running = Task { try await pool.query("SELECT 1 FROM pg_advisory_lock(\(key))", as: Int32.self) }
            while pool.usage.inUse == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let waiting = Task { try await pool.execute("SELECT 1") }
            while pool.usage.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let closing = Task { await pool.close() }
            #expect(try await asyncFailure { try await waiting.value }.code == .closed)
            try holder.execute("SELECT pg_advisory_unlock(\(key))")
            #expect(try await running.value == [1])
            await closing.value
            #expect(try await asyncFailure { try await pool.execute("SELECT 1") }.code == .closed)
        }

        @Test func `a pool that nobody keeps ends its threads`() async throws {
            let name = "daybook-dropped"
            do {
                let pool = PostgresPool(try Server.configuration(applicationName: name), size: 2, queueLimit: 10)
                try await pool.execute("SELECT 1")
            }
            try await Task.sleep(for: .milliseconds(200))
            let count = try Server.connect().execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = \(name)"
            )
            #expect(try count.decode(Int.self) == [0])
        }
    }
}
