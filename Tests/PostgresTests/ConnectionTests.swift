import Foundation
import Postgres
import Testing

extension PostgresTests {
    struct ConnectionTests {
        @Test(arguments: [
            ("SELEC 1", SQLState.syntaxError), ("SELECT * FROM nowhere", .undefinedTable),
            ("SELECT nothing FROM pg_class", .undefinedColumn), ("SELECT 1 / 0", SQLState("22012")),
        ])
        func `an error has its SQLSTATE and its statement, and the connection goes on`(
            _ text: String,
            _ state: SQLState
        ) throws {
            let connection = try Server.connect()
            let error = try failure { try connection.execute(SQL(text)) }
            #expect(error.code == .server(state))
            #expect(error.query == text)
            #expect(!error.isUnavailable)
            #expect(try connection.execute("SELECT 1").decode(Int32.self) == [1])
        }

        @Test func `a violated constraint is named, and no value shows in the description`() throws {
            let connection = try Server.connect()
            try connection.executeScript("CREATE TEMP TABLE mail (address text CONSTRAINT one_address UNIQUE)")
            try connection.execute("INSERT INTO mail VALUES (\("ada@example.org"))")
            let error = try failure { try connection.execute("INSERT INTO mail VALUES (\("ada@example.org"))") }
            #expect(error.code == .server(.uniqueViolation))
            #expect(error.constraint == "one_address")
            #expect(error.detail?.contains("ada") == true)
            #expect(!"\(error)".contains("ada"))
        }

        @Test func `affected rows are counted`() throws {
            let connection = try Server.connect()
            try connection.executeScript("CREATE TEMP TABLE n (n int); INSERT INTO n SELECT generate_series(1, 5)")
            #expect(try connection.execute("DELETE FROM n WHERE n > \(Int32(2))").affectedRows == 3)
        }

        @Test func `a script is one transaction`() throws {
            let connection = try Server.connect()
            let error = try failure { try connection.executeScript("CREATE TEMP TABLE half (n int); SELECT 1 / 0") }
            #expect(error.sqlState == SQLState("22012"))
            #expect(try failure { try connection.execute("SELECT * FROM half") }.sqlState == .undefinedTable)
        }

        @Test func `statements beyond the limit are forgotten, and deallocated`() throws {
            let connection = try Server.connect(statementLimit: 8)
            for round in 1...2 {
                for n in 1...100 {
                    #expect(
                        try connection.execute("SELECT \(raw: "\(n)") + \(Int32(round))").decode(Int32.self) == [
                            Int32(n + round)
                        ]
                    )
                }
            }
            let prepared = try connection.execute("SELECT count(*) FROM pg_prepared_statements").decode(Int64.self)
            #expect(prepared[0] <= 8 + 16)
        }

        @Test func `a statement is prepared once per text and types`() throws {
            let connection = try Server.connect()
            for n in 1...10 { try connection.execute("SELECT \(n)") }
            try connection.execute("SELECT \(Int32(1))")
            let prepared = try connection.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1'"
            )
            #expect(try prepared.decode(Int64.self) == [2])
        }

        @Test func `a table altered or statements discarded behind our back are prepared again`() throws {
            let connection = try Server.connect()
            try connection.executeScript("CREATE TEMP TABLE altered (a int)")
            try connection.execute("SELECT * FROM altered")
            try connection.executeScript("ALTER TABLE altered ADD b int")
            #expect(try connection.execute("SELECT * FROM altered").columnCount == 2)
            try connection.executeScript("ALTER TABLE altered ADD c int")
            #expect(try connection.pipeline(["SELECT * FROM altered"])[0].columnCount == 3)
            try connection.executeScript("DEALLOCATE ALL")
            #expect(try connection.execute("SELECT * FROM altered").columnCount == 3)
        }

        @Test func `COPY outside of copyIn drops the connection instead of hanging`() throws {
            for text in ["COPY pg_class TO STDOUT", "CREATE TEMP TABLE c (n int); COPY c FROM STDIN"] {
                let connection = try Server.connect()
                #expect(try failure { try connection.executeScript(text) }.code == .connectionLost)
                #expect(connection.isLost)
            }
        }
    }
}
