internal import Crypto
internal import EventStore
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Postgres

/// The installation that is measured: stores that the caller started, databases of our own, the shipped binary.
struct System: Sendable {
    struct Settings: Sendable {
        /// A superuser's conninfo, on a unix socket.
        var postgres: String
        var redis: String
        var binary: String
        var folder: String
        /// The first of four that nobody else uses.
        var port = 20_000 + Int(getpid()) % 2500 * 4
    }

    let settings: Settings
    let masterKey: MasterKeys
    let environment: [String: String]
    let logger: Logger
    /// The processes of the two stores.
    let postmaster: Int32
    let redisServer: Int32

    /// Migrates fresh databases and makes a master key.
    init(_ settings: Settings) throws {
        self.settings = settings
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        self.logger = logger
        let keyFile = settings.folder + "/master.key"
        if !FileManager.default.fileExists(atPath: keyFile) {
            try Tool.run(settings.binary, ["master-key", "create", keyFile])
        }
        masterKey = try MasterKeys(file: keyFile)
        environment = [
            "DAYBOOK_POSTGRES": settings.postgres,
            "DAYBOOK_REDIS": settings.redis,
            "DAYBOOK_MASTER_KEY_FILE": keyFile,
            "LOG_LEVEL": "warning",
            // Counted as in production, and never too many.
            "DAYBOOK_LIMITS_PERCENT": "10000",
        ]
        try Tool.run(settings.binary, ["migrate"], environment: environment)
        postmaster = try Self.postmaster(of: settings)
        redisServer = try Self.redisServer(of: settings)
    }

    private static func postmaster(of settings: Settings) throws -> Int32 {
        let text = try Tool.run(
            postgresProgram("psql"),
            ["-X", "-q", "-A", "-t", "-d", settings.postgres, "-c", "SELECT pg_read_file('postmaster.pid')"]
        )
        guard let pid = text.split(separator: "\n").first.flatMap({ Int32($0) }) else {
            throw Tool.Failed(description: "postmaster.pid is \(text)")
        }
        return pid
    }

    private static func redisServer(of settings: Settings) throws -> Int32 {
        let text = try Tool.run("/usr/bin/redis-cli", ["-s", socket(of: settings), "INFO", "server"])
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("process_id:") }
        guard let pid = line?.split(separator: ":").last.flatMap({ Int32($0) }) else {
            throw Tool.Failed(description: "redis-cli said: \(text)")
        }
        return pid
    }

    private static func socket(of settings: Settings) -> String {
        settings.redis.replacingOccurrences(of: "unix://", with: "")
    }

    /// Where the private Redis listens.
    var redisSocket: String { Self.socket(of: settings) }

    func configuration(_ role: String, _ database: String = "daybook_product") -> PostgresConfiguration {
        PostgresConfiguration(
            conninfo: settings.postgres,
            user: role,
            database: database,
            applicationName: "daybook-bench"
        )
    }

    func log(appenders: Int = 2) -> EventLog {
        var configuration = EventLog.Configuration(
            appender: configuration("daybook_appender"),
            reader: configuration("daybook_projector")
        )
        configuration.appenders = appenders
        return EventLog(configuration, logger: logger)
    }

    /// A program of the Postgres that runs, such as `pgbench`.
    func postgresProgram(_ name: String) -> String { Self.postgresProgram(name) }

    private static func postgresProgram(_ name: String) -> String { "/usr/lib/postgresql/15/bin/\(name)" }

    /// Starts `daybook serve` in all its roles and waits until it is ready.
    func serve(on group: any EventLoopGroup) async throws -> Process {
        let server = try Tool.start(
            settings.binary,
            ["serve", "--role", "all", "--port", "\(settings.port)"],
            environment: environment,
            log: settings.folder + "/server.log"
        )
        for _ in 0..<300 where server.isRunning {
            // Not up yet: try again.
            if let connection = try? await LoadConnection.connect(port: settings.port, on: group) {
                let answer = try await connection.request(.GET, "/readyz")
                await connection.close()
                if answer.status == 200 { return server }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        Tool.stop(server)
        throw Tool.Failed(description: "the server did not get ready; see \(settings.folder)/server.log")
    }

    /// Runs SQL as the superuser in the product database.
    @discardableResult
    func psql(_ sql: String, database: String = "daybook_product") throws -> String {
        let conninfo = settings.postgres + " dbname=\(database)"
        return try Tool.run(
            postgresProgram("psql"),
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", sql]
        )
    }

    /// Runs a script of psql as the superuser in the product database.
    func psql(file: String) throws {
        let conninfo = settings.postgres + " dbname=daybook_product"
        try Tool.run(postgresProgram("psql"), ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", file])
    }

    /// Starts to run such a script.
    func startPsql(file: String) throws -> Process {
        let conninfo = settings.postgres + " dbname=daybook_product"
        return try Tool.start(
            postgresProgram("psql"),
            ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", file],
            log: file + ".log"
        )
    }

    /// Writes what a query gives to a file, in the binary form of COPY.
    func copy(_ query: String, to path: String) throws {
        let line = query.split(separator: "\n").joined(separator: " ")
        try psql("\\copy (\(line)) TO '\(path)' BINARY")
    }
}
