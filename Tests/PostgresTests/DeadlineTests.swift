import Glibc
import Postgres
import Testing
import Threads

extension PostgresTests {
    struct DeadlineTests {
        @Test func `a deadline cancels the statement, and the connection goes on`() throws {
            let connection = try Server.connect()
            connection.deadline = .now + .milliseconds(200)
            let took = try ContinuousClock().measure {
                let error = try failure { try connection.execute("SELECT pg_sleep(30)") }
                #expect(error.code == .timedOut)
                #expect(error.isUnavailable)
            }
            #expect(took >= .milliseconds(200) && took < .seconds(2))
            #expect(try failure { try connection.execute("SELECT 1") }.code == .timedOut)
            connection.deadline = nil
            #expect(try connection.execute("SELECT 1").decode(Int32.self) == [1])
        }

        @Test func `a statement has a timeout of its own`() throws {
            let connection = try PostgresConnection(Server.configuration(statementTimeout: .milliseconds(100)))
            #expect(try failure { try connection.execute("SELECT pg_sleep(30)") }.code == .timedOut)
            #expect(try failure { try connection.pipeline(["SELECT 1", "SELECT pg_sleep(30)"]) }.code == .timedOut)
            #expect(try connection.execute("SELECT 1").decode(Int32.self) == [1])
        }

        @Test func `an interrupt cancels the statement and all later ones until it is reset`() throws {
            let interrupt = PostgresInterrupt()
            let connection = try Server.connect(interrupt: interrupt)
            let thread = DedicatedThread(name: "interrupter") {
                usleep(100_000)
                interrupt.fire()
            }
            #expect(try failure { try connection.execute("SELECT pg_sleep(30)") }.code == .cancelled)
            #expect(try failure { try connection.execute("SELECT 1") }.code == .cancelled)
            interrupt.reset()
            #expect(try connection.execute("SELECT 1").decode(Int32.self) == [1])
            #expect(thread.join())
        }

        @Test func `a server that falls silent is left after a short grace`() throws {
            let connection = try Server.connect()
            let server = connection.processID
            try #require(kill(server, SIGSTOP) == 0, "the test must be allowed to stop the server's process")
            defer { kill(server, SIGCONT) }
            connection.deadline = .now + .milliseconds(100)
            let took = try ContinuousClock().measure {
                let error = try failure { try connection.execute("SELECT 1") }
                #expect(error.code == .timedOut)
            }
            #expect(took < .seconds(4))
            #expect(connection.isLost)
        }

        @Test func `a terminated connection is lost, idle or not`() throws {
            let connection = try Server.connect()
            try connection.execute("SELECT 1")
            #expect(connection.isAlive())
            try Server.terminate(connection.processID)
            #expect(!connection.isAlive())
            #expect(try failure { try connection.execute("SELECT 1") }.code == .connectionLost)

            let busy = try Server.connect()
            let server = busy.processID
            let thread = DedicatedThread(name: "terminator") {
                usleep(100_000)
                #expect(throws: Never.self) { try Server.terminate(server) }
            }
            let error = try failure { try busy.execute("SELECT pg_sleep(30)") }
            #expect(error.code == .connectionLost)
            #expect(error.message.contains("administrator command"))
            #expect(error.isUnavailable)
            #expect(thread.join())
        }

        @Test func `a server that does not answer is given up in time`() throws {
            let silent = try SilentServer()
            defer { silent.remove() }
            var configuration = try Server.configuration()
            configuration.conninfo = "host=\(silent.folder) port=5432 user=nobody"
            configuration.connectTimeout = .milliseconds(200)
            let took = try ContinuousClock().measure {
                let error = try failure { try PostgresConnection(configuration) }
                #expect(error.code == .connectionFailed)
            }
            #expect(took >= .milliseconds(200) && took < .seconds(2))
        }
    }
}

/// Listens where a Postgres would, and never says a word.
private struct SilentServer {
    let folder: String
    private let listener: Int32

    init() throws {
        var template = Array("/tmp/daybook-silent-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = "\(folder)/.s.PGSQL.5432"
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0 && listen(listener, 5) == 0)
    }

    func remove() {
        close(listener)
        unlink("\(folder)/.s.PGSQL.5432")
        rmdir(folder)
    }
}
