internal import EventStore
internal import Foundation
internal import Logging
internal import Observability
internal import Postgres
internal import Redis
internal import Settings

/// An installation's stores and secrets, as the settings name them.
struct Installation {
    let settings: Settings
    /// Of every logger that is made here and given no level of its own.
    let logThreshold: LogThreshold

    init(_ settings: Settings) {
        self.settings = settings
        logThreshold = LogThreshold(settings[\.logLevel])
    }

    /// For a subcommand that has no further settings.
    init(_ options: InstallationOptions) throws { self.init(try Settings(options)) }

    enum Database { case control, product }

    /// What a connection may do, by the database's own rules.
    enum DatabaseRole: String { case appender, projector, gateway, auditor }

    var partitions: [Partition] { (0..<Int32(partitionCount)).map { Partition($0) } }

    var partitionCount: Int { settings[\.partitions] }

    /// How to connect to a database as one of Daybook's roles, or as whom the server's conninfo names.
    func configuration(_ database: Database, as role: DatabaseRole? = nil) -> PostgresConfiguration {
        PostgresConfiguration(
            conninfo: settings[\.postgres],
            user: role.map { "daybook_\($0.rawValue)" },
            database: database == .control ? settings[\.controlDatabase] : settings[\.productDatabase],
            statementTimeout: settings[\.statementTimeout]
        )
    }

    func redisConfiguration() throws -> RedisConfiguration {
        try RedisConfiguration(url: settings[\.redis])
    }

    func masterKey() throws -> MasterKey {
        guard let file = settings[\.masterKeyFile] else {
            throw ToolError("--master-key-file or DAYBOOK_MASTER_KEY_FILE is needed")
        }
        return try MasterKey(file: file)
    }

    func schemaFolder(of database: Database) throws -> String {
        let name = database == .control ? "control" : "product"
        if let folder = settings[\.schema] { return "\(folder)/\(name)" }
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
        Logger(label: label) { label in
            ThresholdLogHandler(settings[\.logFormat].handler(label: label), threshold: logThreshold)
        }
    }
}
