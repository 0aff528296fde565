internal import Crypto
internal import EventStore
internal import Foundation
internal import Logging
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
    let masterKey: MasterKey
    let environment: [String: String]
    let logger: Logger

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
        masterKey = try MasterKey(file: keyFile)
        environment = [
            "DAYBOOK_POSTGRES": settings.postgres,
            "DAYBOOK_REDIS": settings.redis,
            "DAYBOOK_MASTER_KEY_FILE": keyFile,
            "LOG_LEVEL": "warning",
        ]
        try Tool.run(settings.binary, ["migrate"], environment: environment)
    }

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
    func postgresProgram(_ name: String) -> String { "/usr/lib/postgresql/15/bin/\(name)" }

    /// Runs SQL as the superuser in the product database.
    @discardableResult
    func psql(_ sql: String, database: String = "daybook_product") throws -> String {
        let conninfo = settings.postgres + " dbname=\(database)"
        return try Tool.run(
            postgresProgram("psql"),
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", sql]
        )
    }
}
