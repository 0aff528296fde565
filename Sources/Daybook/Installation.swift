internal import ArgumentParser
internal import EventStore
internal import Foundation
internal import Logging
internal import Postgres
internal import Redis

/// Where an installation's stores and secrets are; the options that every subcommand has.
struct Installation: ParsableArguments {
    // No defaults where there may be passwords: the help would show them.
    @Option(help: "The Postgres server, as libpq keywords or a URL. [DAYBOOK_POSTGRES]")
    var postgres: String?

    @Option(help: "The Redis server: redis://…, rediss://… or unix://… [DAYBOOK_REDIS]")
    var redis: String?

    @Option(help: "The file with the master key, made by `daybook master-key create`. [DAYBOOK_MASTER_KEY_FILE]")
    var masterKeyFile: String?

    @Option(help: "The database of tenants and sessions. [DAYBOOK_CONTROL_DATABASE]")
    var controlDatabase: String = Self.environment("DAYBOOK_CONTROL_DATABASE") ?? "daybook_control"

    @Option(help: "The database of the log and the read models. [DAYBOOK_PRODUCT_DATABASE]")
    var productDatabase: String = Self.environment("DAYBOOK_PRODUCT_DATABASE") ?? "daybook_product"

    @Option(
        help: "The folder of SQL; by default found from the working folder or the executable upwards. [DAYBOOK_SCHEMA]"
    )
    var schema: String?

    @Option(help: "How many partitions the log has. It may grow, never shrink. [DAYBOOK_PARTITIONS]")
    var partitionCount: Int = Self.environment("DAYBOOK_PARTITIONS").flatMap { Int($0) } ?? 4

    @Option(help: "The least severe level that is logged: trace, debug, info, notice, warning, error. [LOG_LEVEL]")
    var logLevel: String = Self.environment("LOG_LEVEL") ?? "info"

    @Option(help: "How it is logged: text or json. [DAYBOOK_LOG_FORMAT]")
    var logFormat: LogFormat = Self.environment("DAYBOOK_LOG_FORMAT").flatMap { LogFormat(rawValue: $0) } ?? .text

    enum Database { case control, product }

    /// What a connection may do, by the database's own rules.
    enum DatabaseRole: String { case appender, projector, gateway, auditor }

    func validate() throws {
        guard (1...1024).contains(partitionCount) else { throw ValidationError("a log has 1 to 1024 partitions") }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("there is no log level '\(logLevel)'")
        }
    }

    var partitions: [Partition] { (0..<Int32(partitionCount)).map { Partition($0) } }

    /// How to connect to a database as one of Daybook's roles, or as whom the server's conninfo names.
    func configuration(_ database: Database, as role: DatabaseRole? = nil) -> PostgresConfiguration {
        PostgresConfiguration(
            conninfo: postgres ?? Self.environment("DAYBOOK_POSTGRES") ?? "host=/var/run/postgresql",
            user: role.map { "daybook_\($0.rawValue)" },
            database: database == .control ? controlDatabase : productDatabase
        )
    }

    func redisConfiguration() throws -> RedisConfiguration {
        try RedisConfiguration(url: redis ?? Self.environment("DAYBOOK_REDIS") ?? "redis://127.0.0.1:6379")
    }

    func masterKey() throws -> MasterKey {
        guard let file = masterKeyFile ?? Self.environment("DAYBOOK_MASTER_KEY_FILE") else {
            throw ToolError("--master-key-file or DAYBOOK_MASTER_KEY_FILE is needed")
        }
        return try MasterKey(file: file)
    }

    func schemaFolder(of database: Database) throws -> String {
        let name = database == .control ? "control" : "product"
        if let folder = schema ?? Self.environment("DAYBOOK_SCHEMA") { return "\(folder)/\(name)" }
        let starts = [FileManager.default.currentDirectoryPath, CommandLine.arguments[0]]
        for start in starts {
            var folder = URL(filePath: start).resolvingSymlinksInPath()
            while folder.path != "/" {
                let candidate = folder.appending(path: "schema/\(name)")
                if FileManager.default.fileExists(atPath: candidate.path) { return candidate.path }
                folder.deleteLastPathComponent()
            }
        }
        throw ToolError("there is no folder 'schema' here or above; name it by --schema or DAYBOOK_SCHEMA")
    }

    func logger(_ label: String = "daybook") -> Logger {
        var logger = Logger(label: label) { logFormat.handler(label: $0) }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        return logger
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
