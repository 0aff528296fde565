import Foundation
import Postgres
import Testing

/// All tests of the driver. One at a time: they measure time and memory.
@Suite(.serialized) struct PostgresTests {}

/// The server that tests run against, named by `DAYBOOK_TEST_POSTGRES` (a conninfo of a superuser).
enum Server {
    static func configuration(
        applicationName: String = "daybook-tests",
        statementTimeout: Duration = .seconds(30)
    ) throws -> PostgresConfiguration {
        let conninfo = try #require(
            ProcessInfo.processInfo.environment["DAYBOOK_TEST_POSTGRES"],
            "set DAYBOOK_TEST_POSTGRES, such as to 'host=/tmp/pg port=5433 user=postgres dbname=postgres'"
        )
        return PostgresConfiguration(
            conninfo: conninfo,
            applicationName: applicationName,
            statementTimeout: statementTimeout
        )
    }

    static func connect(interrupt: PostgresInterrupt? = nil, statementLimit: Int = 256) throws -> PostgresConnection {
        try PostgresConnection(configuration(), interrupt: interrupt, statementLimit: statementLimit)
    }

    static func terminate(_ processID: Int32) throws {
        try connect().execute("SELECT pg_terminate_backend(\(processID), 5000)")
    }
}

/// A door to the server that can be shut: a folder that holds a link to its socket, or holds none.
struct Door {
    let configuration: PostgresConfiguration
    private let folder: String
    private let link: String
    private let socket: String

    init(applicationName: String) throws {
        let rows = try Server.connect()
            .execute(
                """
                SELECT split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'),
                       current_user::text, current_database()::text
                """
            )
            .decode((String, String, String, String).self)
        let (directory, port, user, database) = rows[0]
        folder = "/tmp/daybook-door-\(UUID().uuidString.prefix(8))"
        link = "\(folder)/.s.PGSQL.\(port)"
        socket = "\(directory)/.s.PGSQL.\(port)"
        configuration = PostgresConfiguration(
            conninfo: "host=\(folder) port=\(port) user=\(user) dbname=\(database)",
            applicationName: applicationName
        )
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func open() throws {
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: socket)
    }

    /// Nobody comes in any more, and who is in is thrown out.
    func shut() throws {
        try FileManager.default.removeItem(atPath: link)
        let name = configuration.applicationName
        try Server.connect().execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = \(name)"
        )
    }

    func remove() throws {
        try FileManager.default.removeItem(atPath: folder)
    }
}

/// The error that `body` throws.
func failure<Result>(_ body: () throws -> Result) throws -> PostgresError {
    try #require(#expect(throws: PostgresError.self) { try body() })
}

func asyncFailure<Result>(_ body: () async throws -> Result) async throws -> PostgresError {
    try #require(await #expect(throws: PostgresError.self) { try await body() })
}
