internal import Crypto
internal import EventStore
internal import Foundation
internal import Migrations
internal import Postgres

/// The server that tests make their databases on.
final class TestServer: Sendable {
    static let shared = Result { try TestServer() }

    let configuration: PostgresConfiguration
    let administration: PostgresPool
    /// All tests of a run start at once; a server has only so many connections.
    let gate = Gate(limit: 6)

    private init() throws {
        guard let conninfo = ProcessInfo.processInfo.environment["DAYBOOK_TEST_POSTGRES"] else {
            throw TestDatabase.SetUpError.noServer
        }
        configuration = PostgresConfiguration(conninfo: conninfo)
        var administration = configuration
        administration.database = "postgres"
        self.administration = PostgresPool(administration, size: 2, queueLimit: 10_000)
    }

    /// A copy of the template, which is made if this is the first test ever to need it.
    ///
    /// - Parameter kind: a logical database, such as `product`.
    func makeDatabase(of kind: String = "product") async throws -> String {
        let name = "daybook_test_\(UUID.v7().uuidString.lowercased().replacing("-", with: ""))"
        try await administration.withConnection(timeout: .seconds(120)) { [configuration] connection in
            let template = try Self.templateName(of: kind)
            try Self.makeTemplate(template, of: kind, configuration, on: connection)
            try connection.executeScript("CREATE DATABASE \(name) TEMPLATE \(template)")
            // A copy has its template's objects, but not the rights on the database itself.
            try connection.executeScript("GRANT CREATE ON DATABASE \(name) TO daybook_owner")
        }
        return name
    }

    func drop(_ name: String) async throws {
        try await administration.withConnection(timeout: .seconds(120)) { connection in
            try connection.executeScript("DROP DATABASE \(name) WITH (FORCE)")
        }
    }

    /// Named after the schema's content, so that another schema has another template.
    private static func templateName(of kind: String) throws -> String {
        var hash = SHA256()
        for folder in TestDatabase.schema(of: kind) {
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
            where path.hasSuffix(".sql") {
                hash.update(data: Data(path.utf8))
                hash.update(data: FileManager.default.contents(atPath: "\(folder)/\(path)") ?? Data())
            }
        }
        return "daybook_template_"
            + hash.finalize().prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func makeTemplate(
        _ name: String,
        of kind: String,
        _ configuration: PostgresConfiguration,
        on connection: PostgresConnection
    ) throws {
        let exists: SQL = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = \(name) AND datistemplate)"
        guard try !connection.execute(exists).decode(Bool.self)[0] else { return }

        // Several test processes may need it at once: one makes it, the others wait.
        try connection.executeScript("SELECT pg_advisory_lock(7223361084526)")
        defer {
            // The session's end gives the lock back as well.
            try? connection.executeScript("SELECT pg_advisory_unlock(7223361084526)")
        }
        guard try !connection.execute(exists).decode(Bool.self)[0] else { return }
        var template = configuration
        template.database = name
        try Migrator(schema: TestDatabase.schema(of: kind), configuration: template).migrate()
        try LogPartitions.make(4, on: PostgresConnection(template))
        try connection.executeScript("ALTER DATABASE \(name) IS_TEMPLATE true ALLOW_CONNECTIONS false")
    }
}
