import Postgres
import Testing

private struct Doubt: Error {}

extension PostgresTests {
    struct TransactionTests {
        private func connectionWithTable() throws -> PostgresConnection {
            let connection = try Server.connect()
            try connection.executeScript("CREATE TEMP TABLE note (id bigint PRIMARY KEY, body text)")
            return connection
        }

        private func notes(_ connection: PostgresConnection) throws -> [Int64] {
            try connection.execute("SELECT id FROM note ORDER BY id").decode(Int64.self)
        }

        @Test func `a pipeline gives a result per statement`() throws {
            let connection = try connectionWithTable()
            for _ in 1...3 {
                let results = try connection.pipeline(["SELECT \(1)", "SELECT \("b")", "SELECT \(3)", "SELECT \(1)"])
                #expect(try results[0].decode(Int.self) == [1])
                #expect(try results[1].decode(String.self) == ["b"])
                #expect(results.count == 4)
            }
        }

        @Test func `a pipeline happens as a whole or not at all`() throws {
            let connection = try connectionWithTable()
            let error = try failure {
                try connection.pipeline([
                    "INSERT INTO note VALUES (\(1))", "INSERT INTO note VALUES (\(1), NULL)",
                    "INSERT INTO note VALUES (\(2))",
                ])
            }
            #expect(error.code == .server(.uniqueViolation))
            #expect(error.query == "INSERT INTO note VALUES ($1, NULL)")
            #expect(try notes(connection) == [])
            _ = try connection.pipeline(["INSERT INTO note VALUES (\(1))", "INSERT INTO note VALUES (\(2))"])
            #expect(try notes(connection) == [1, 2])
        }

        @Test func `a setting made in a pipeline is gone after it`() throws {
            let connection = try Server.connect()
            let read: SQL = "SELECT current_setting('daybook.tenant', true)"
            let results = try connection.pipeline(["SELECT set_config('daybook.tenant', \("acme"), true)", read])
            #expect(try results[1].decode(String.self) == ["acme"])
            #expect(try connection.execute(read).decode(String?.self) != ["acme"])
        }

        @Test func `a big pipeline does not stall on full buffers`() throws {
            let connection = try Server.connect()
            let big = String(repeating: "x", count: 50_000)
            let results = try connection.pipeline((0..<300).map { "SELECT \($0), \(big)" })
            #expect(results.count == 300)
            #expect(try results[299].decode((Int, String).self)[0].0 == 299)
        }

        @Test func `a transaction commits what its body did, and rolls back when it throws`() throws {
            let connection = try connectionWithTable()
            let answer = try connection.transaction { connection in
                try connection.execute("INSERT INTO note VALUES (\(1))")
                return 42
            }
            #expect(answer == 42)
            #expect(throws: Doubt.self) {
                try connection.transaction { connection in
                    try connection.execute("INSERT INTO note VALUES (\(2))")
                    throw Doubt()
                }
            }
            #expect(!connection.isInTransaction)
            #expect(try notes(connection) == [1])
        }

        @Test func `a transaction that its first statements open is one with its body`() throws {
            let connection = try connectionWithTable()
            func opening(_ id: Int64) -> [SQL] { ["INSERT INTO note VALUES (\(id)) RETURNING id", "SELECT \(7)"] }
            let seven = try connection.transaction(opening: opening(1)) { connection, results in
                #expect(try results[0].decode(Int64.self) == [1])
                try connection.execute("INSERT INTO note VALUES (\(2))")
                return try results[1].decode(Int.self)
            }
            #expect(seven == [7])
            #expect(throws: Doubt.self) {
                try connection.transaction(opening: opening(3)) { _, _ in throw Doubt() }
            }
            let error = try failure {
                try connection.transaction(opening: opening(4) + opening(1)) { _, _ in
                    Issue.record("a statement has failed")
                }
            }
            #expect(error.code == .server(.uniqueViolation))
            #expect(!connection.isInTransaction)
            #expect(try notes(connection) == [1, 2])
        }

        @Test func `an error that the body keeps to itself does not commit`() throws {
            let connection = try connectionWithTable()
            let error = try failure {
                try connection.transaction { connection in
                    try connection.execute("INSERT INTO note VALUES (\(1))")
                    _ = try? connection.execute("SELECT 1 / 0")
                }
            }
            #expect(error.code == .server(.inFailedTransaction))
            #expect(try notes(connection) == [])
        }

        @Test func `a transaction can be read-only and isolated`() throws {
            let connection = try connectionWithTable()
            let isolation = try connection.transaction(isolation: .serializable) { connection in
                try connection.execute("SHOW transaction_isolation").decode(String.self)
            }
            #expect(isolation == ["serializable"])
            let error = try failure {
                try connection.transaction(readOnly: true) { try $0.execute("CREATE TABLE no (n int)") }
            }
            #expect(error.code == .server(.readOnlyTransaction))
        }

        @Test func `a deadline inside a transaction rolls it back`() throws {
            let connection = try connectionWithTable()
            connection.deadline = .now + .milliseconds(200)
            let error = try failure {
                try connection.transaction { connection in
                    try connection.execute("INSERT INTO note VALUES (\(1))")
                    try connection.execute("SELECT pg_sleep(30)")
                }
            }
            #expect(error.code == .timedOut)
            connection.deadline = nil
            #expect(try notes(connection) == [])
        }

        @Test func `rows are copied in`() throws {
            let connection = try connectionWithTable()
            let written = try connection.copyIn(into: "note (id, body)") { rows in
                for id in 1...50_000 { try rows.write(id, id % 2 == 0 ? "even" : nil) }
            }
            #expect(written == 50_000)
            let (count, bodies) = try connection.execute("SELECT count(*), count(body) FROM note").decode(
                (Int, Int).self
            )[0]
            #expect(count == 50_000 && bodies == 25_000)
        }

        @Test func `a copy that is given up or refused leaves no row`() throws {
            let connection = try connectionWithTable()
            #expect(throws: Doubt.self) {
                try connection.copyIn(into: "note (id)") { rows in
                    for id in 1...50_000 { try rows.write(id) }
                    throw Doubt()
                }
            }
            let double = try failure {
                try connection.copyIn(into: "note (id)") { rows in
                    for _ in 1...50_000 { try rows.write(1) }
                }
            }
            #expect(double.code == .server(.uniqueViolation))
            let target = try failure { try connection.copyIn(into: "nowhere") { _ in } }
            #expect(target.code == .server(.undefinedTable))
            #expect(try notes(connection) == [])
        }
    }
}
