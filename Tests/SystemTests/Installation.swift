import Foundation
import Postgres
import Redis
import Synchronization
import TestSupport
import Testing

/// A whole installation for one test: databases and a Redis of its own, and as many `daybook` processes as it starts.
///
///     try await Installation.run { installation in
///         let server = try await installation.serve()
///         let ada = try await installation.token(for: "ada")
///         let room = try await server.post("/api/rooms", ["kind": "channel", "name": "general"], as: ada)
///         try await server.kill()
///         …
///     }
///
/// `DAYBOOK_BINARY` names the executable, `DAYBOOK_TEST_POSTGRES` a superuser's conninfo, as `tools/test` sets them. Everything
/// is stopped and removed in the end, whatever the test does.
final class Installation: Sendable {
    /// The tenant that every installation has.
    static let tenant = "demo"

    /// For sockets, the master key and what the processes say.
    let folder: String
    let redis: RedisServer
    /// The server's own conninfo, or that of a cluster of the installation's own.
    let conninfo: String
    /// Only with `ownPostgres`, for tests that stop the server.
    let postgres: PostgresCluster?
    private let binary: String
    private let name: String
    private let settings: [String: String]
    private let servers = Mutex<[Server]>([])

    /// - Parameters:
    ///   - ownPostgres: a cluster that nobody else uses, which takes two seconds more.
    ///   - users: handles and roles: `owner` or `auditor`.
    ///   - settings: environment variables that its processes have besides.
    static func run(
        ownPostgres: Bool = false,
        owners: [String] = ["ada"],
        auditors: [String] = [],
        settings: [String: String] = [:],
        _ body: (Installation) async throws -> Void
    ) async throws {
        await gate.enter()
        do {
            try await runAlone(ownPostgres, owners, auditors, settings, body)
            await gate.leave()
        } catch {
            await gate.leave()
            throw error
        }
    }

    /// Each is several processes, and times are measured.
    private static let gate = Gate(limit: 2)

    private static func runAlone(
        _ ownPostgres: Bool,
        _ owners: [String],
        _ auditors: [String],
        _ settings: [String: String],
        _ body: (Installation) async throws -> Void
    ) async throws {
        let installation = try await Installation(ownPostgres: ownPostgres, settings)
        do {
            try await installation.tool("migrate")
            let users = owners.flatMap { ["--owner", $0] } + auditors.flatMap { ["--auditor", $0] }
            try await installation.tool(["tenant", "create", tenant] + users)
            try await body(installation)
        } catch {
            for server in installation.servers.withLock({ $0 }) {
                Issue.record("a server said in the end:\n\(server.lastWords)")
            }
            await installation.remove()
            throw error
        }
        await installation.remove()
    }

    private init(ownPostgres: Bool, _ settings: [String: String]) async throws {
        self.settings = settings
        let environment = ProcessInfo.processInfo.environment
        binary = try #require(environment["DAYBOOK_BINARY"], "set DAYBOOK_BINARY to the built executable")
        name = "daybook_system_" + UUID().uuidString.lowercased().prefix(8)
        // Short: a socket's path has at most 107 bytes. `tools/test` ends whatever still runs on a folder below its own.
        folder = "\(environment["DAYBOOK_TEST_FOLDER"] ?? "/tmp")/\(name.suffix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        redis = try await RedisServer(folder: folder)
        if ownPostgres {
            let cluster = try await PostgresCluster(folder: folder)
            (postgres, conninfo) = (cluster, cluster.conninfo)
        } else {
            postgres = nil
            conninfo = try #require(
                environment["DAYBOOK_TEST_POSTGRES"],
                "set DAYBOOK_TEST_POSTGRES to a superuser's conninfo"
            )
        }
        try await tool("master-key", "create", "\(folder)/master.key")
    }

    private func remove() async {
        for server in servers.withLock({ $0 }) { await server.kill() }
        await redis.kill()
        if let postgres {
            await postgres.kill()
        } else {
            for database in [controlDatabase, productDatabase, vmplaneDatabase] {
                // The next run makes databases of other names.
                try? drop(database)
            }
        }
        // Nobody looks there any more.
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func drop(_ database: String) throws {
        var configuration = PostgresConfiguration(conninfo: conninfo)
        configuration.database = "postgres"
        try PostgresConnection(configuration).executeScript("DROP DATABASE IF EXISTS \(database) WITH (FORCE)")
    }

    // MARK: Stores

    var controlDatabase: String { "\(name)_control" }
    var productDatabase: String { "\(name)_product" }
    var vmplaneDatabase: String { "\(name)_vmplane" }

    /// A connection of one's own to the control database, as a superuser.
    func control() throws -> PostgresConnection {
        try PostgresConnection(PostgresConfiguration(conninfo: conninfo, database: controlDatabase))
    }

    /// A connection of one's own to the product database, as a superuser or one of Daybook's roles such as `projector`.
    func product(as role: String? = nil) throws -> PostgresConnection {
        try PostgresConnection(productConfiguration(as: role))
    }

    func productConfiguration(as role: String? = nil) -> PostgresConfiguration {
        PostgresConfiguration(conninfo: conninfo, user: role.map { "daybook_\($0)" }, database: productDatabase)
    }

    var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["DAYBOOK_POSTGRES"] = conninfo
        environment["DAYBOOK_REDIS"] = redis.url
        environment["DAYBOOK_CONTROL_DATABASE"] = controlDatabase
        environment["DAYBOOK_PRODUCT_DATABASE"] = productDatabase
        environment["DAYBOOK_VMPLANE_DATABASE"] = vmplaneDatabase
        environment["DAYBOOK_MASTER_KEY_FILE"] = "\(folder)/master.key"
        environment["DAYBOOK_SCHEMA"] = Self.checkout.appending(path: "schema").path
        // Tests come faster than people; those of the limits say otherwise.
        environment["DAYBOOK_LIMITS_PERCENT"] = "0"
        return environment.merging(settings) { $1 }
    }

    /// The folder with Package.swift.
    static let checkout = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    // MARK: Processes

    /// Starts a server and waits until it is ready.
    ///
    /// - Parameters:
    ///   - roles: as `daybook serve --role` takes them.
    ///   - options: further ones of `daybook serve`.
    ///   - variables: further ones of its environment.
    ///   - port: where it listens; any that is free unless told otherwise.
    ///   - waiting: false to have it back as soon as it answers at all, such as when a store is away.
    func serve(
        roles: String = "all",
        options: [String] = [],
        environment variables: [String: String] = [:],
        port: UInt16? = nil,
        waiting: Bool = true
    ) async throws -> Server {
        let environment = environment.merging(variables) { $1 }
        let server = servers.withLock { servers in
            let log = "\(folder)/server-\(servers.count).log"
            servers.append(
                Server(binary: binary, roles: roles, options: options, environment: environment, log: log, port: port)
            )
            return servers[servers.count - 1]
        }
        try await server.start(waiting: waiting)
        return server
    }

    /// Runs a subcommand to its end, which must be a good one, and gives its standard output.
    @discardableResult
    func tool(_ arguments: String...) async throws -> String {
        try await tool(arguments)
    }

    @discardableResult
    func tool(_ arguments: [String]) async throws -> String {
        let result = try await attempt(arguments)
        guard result.status == 0 else { throw ToolFailure(arguments: arguments, result: result) }
        return result.output
    }

    /// Runs a subcommand to its end, whatever that is.
    ///
    /// - Parameter environment: nil for the installation's.
    func attempt(_ arguments: [String], environment: [String: String]? = nil) async throws -> Child.Result {
        try await start(arguments, environment: environment).result()
    }

    /// Starts a subcommand.
    func start(_ arguments: [String], environment: [String: String]? = nil) throws -> Child {
        let log = "\(folder)/tool-\(UUID().uuidString)"
        return try Child(
            binary,
            arguments,
            environment: environment ?? self.environment,
            output: log + ".out",
            errors: log + ".err"
        )
    }

    /// A token for a user of the tenant, or of another one.
    func token(for handle: String, of tenant: String = tenant) async throws -> String {
        try await tool("token", "--tenant", tenant, "--user", handle).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

struct ToolFailure: Error, CustomStringConvertible {
    let arguments: [String]
    let result: Child.Result

    var description: String { "daybook \(arguments.joined(separator: " ")): status \(result.status)\n\(result.errors)" }
}
