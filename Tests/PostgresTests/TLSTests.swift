import Glibc
import Postgres
import TestSupport
import Testing
import Threads

extension PostgresTests {
    /// libpq speaks TLS by itself; that the driver waits, cancels and writes without blocking must hold over it too.
    struct TLSTests {
        @Test func `a server is spoken to over TLS if it proves to be the one`() throws {
            let server = try TLSPostgres()
            let connection = try PostgresConnection(server.configuration(server.verified))
            let isEncrypted: SQL = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            #expect(try connection.execute(isEncrypted).decode(Bool.self) == [true])
            let plain = try failure { try PostgresConnection(server.configuration("sslmode=disable")) }
            #expect(plain.code == .connectionFailed)
            // No authority at all to trust, and one that has not signed it.
            let other = try TLSPostgres(for: "DNS:elsewhere.example")
            for file in ["/nonexistent", other.certificates.authority.certificate] {
                let error = try failure {
                    try PostgresConnection(server.configuration("sslmode=verify-full sslrootcert=\(file)"))
                }
                #expect(error.code == .connectionFailed)
                #expect(error.message.contains("certificate"))
            }
            let name = try failure { try PostgresConnection(other.configuration(other.verified)) }
            #expect(name.code == .connectionFailed)
            #expect(name.message.contains("does not match host name \"localhost\""))
            let anyHost = other.verified.replacing("verify-full", with: "verify-ca")
            #expect(try PostgresConnection(other.configuration(anyHost)).isAlive())
        }

        @Test func `a statement is cancelled, by its timeout or an interrupt, and the connection goes on`() throws {
            let server = try TLSPostgres()
            let interrupt = PostgresInterrupt()
            let configuration = server.configuration(server.verified, statementTimeout: .milliseconds(300))
            let connection = try PostgresConnection(configuration, interrupt: interrupt)
            let took = try ContinuousClock().measure {
                let error = try failure { try connection.execute("SELECT pg_sleep(30)") }
                #expect(error.code == .timedOut)
            }
            #expect(took < .seconds(4))
            #expect(try connection.execute("SELECT 1").decode(Int32.self) == [1])

            let patient = try PostgresConnection(server.configuration(server.verified), interrupt: interrupt)
            let thread = DedicatedThread(name: "interrupter") {
                usleep(100_000)
                interrupt.fire()
            }
            #expect(try failure { try patient.execute("SELECT pg_sleep(30)") }.code == .cancelled)
            interrupt.reset()
            #expect(try patient.execute("SELECT 1").decode(Int32.self) == [1])
            #expect(thread.join())
        }

        @Test func `megabytes go both ways, by copy, pipeline and in one value`() throws {
            let server = try TLSPostgres()
            let connection = try PostgresConnection(server.configuration(server.verified))
            try connection.executeScript("CREATE TABLE message (number bigint, body text)")
            let body = String(repeating: "megabytes ", count: 100)
            let copied = try connection.copyIn(into: "message (number, body)") { rows in
                for number in 0..<30_000 { try rows.write(Int64(number), body) }
            }
            #expect(copied == 30_000)
            let read = try connection.execute("SELECT number, body FROM message ORDER BY number")
                .decode((Int64, String).self)
            #expect(read.map(\.0) == (0..<30_000).map(Int64.init))
            #expect(read.allSatisfy { $0.1 == body })

            // Statements and results are both more than all buffers between hold.
            let large = String(repeating: "0123456789", count: 100_000)
            let results = try connection.pipeline((0..<40).map { "SELECT \(Int64($0)), \(large)" })
            for (number, result) in results.enumerated() {
                let row = try #require(try result.decode((Int64, String).self).first)
                #expect(row.0 == Int64(number) && row.1 == large)
            }
            // Of any size: what OpenSSL has read ahead does not show in the socket.
            for size in stride(from: 8_000, through: 70_000, by: 997) {
                let text = String(repeating: "x", count: size)
                #expect(try connection.execute("SELECT \(text), \(text)").decode((String, String).self)[0].1 == text)
            }
        }

        @Test func `a terminated connection is noticed, idle or not`() throws {
            let server = try TLSPostgres()
            let other = try PostgresConnection(server.configuration(server.verified))
            let link = PostgresLink(server.configuration(server.verified))
            let first = try link.connection().processID
            try other.execute("SELECT pg_terminate_backend(\(first), 5000)")
            #expect(try link.connection().processID != first)

            let connection = try PostgresConnection(server.configuration(server.verified))
            let process = connection.processID
            let thread = DedicatedThread(name: "terminator") {
                usleep(200_000)
                kill(process, SIGTERM)
            }
            #expect(try failure { try connection.execute("SELECT pg_sleep(30)") }.code == .connectionLost)
            #expect(thread.join())
        }
    }
}
