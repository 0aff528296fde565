internal import EventStore
internal import Foundation
internal import Logging
internal import Migrations
internal import Observability
internal import Postgres
internal import Redis
internal import Sessions
internal import Settings

/// An installation's stores and secrets, as the settings name them.
struct Installation {
    let settings: Settings
    /// Of every logger that is made here and given no level of its own.
    let logThreshold: LogThreshold
    /// Takes secrets out of what loggers that are made here write.
    let redactor: Redactor
    /// All of them, `main` first.
    let cells: [CellPlace]
    /// Whose product database and Redis are meant.
    let cell: CellPlace

    init(_ settings: Settings) throws(ToolError) {
        self.settings = settings
        logThreshold = LogThreshold(settings[\.logLevel])
        let cells = try CellPlace.all(settings)
        let name = settings[\.cell] ?? CellPlace.main
        guard let cell = cells.first(where: { $0.name == name }) else { throw ToolError("there is no cell '\(name)'") }
        (self.cells, self.cell) = (cells, cell)
        redactor = Redactor()
        let addresses = cells.flatMap { SecretValues.parts(of: $0.postgres) + SecretValues.parts(of: $0.redis) }
        for secret in settings.secrets + addresses { redactor.hide(secret) }
    }

    private init(_ installation: Installation, at cell: CellPlace) {
        (settings, logThreshold, cells) = (installation.settings, installation.logThreshold, installation.cells)
        redactor = installation.redactor
        self.cell = cell
    }

    /// The same with another cell's stores.
    func at(_ cell: CellPlace) -> Installation { Installation(self, at: cell) }

    /// Those that a process serves: the one that the settings name, or all.
    var servedCells: [CellPlace] { settings[\.cell] == nil ? cells : [cell] }

    /// For a subcommand that has no further settings.
    init(_ options: InstallationOptions) throws { try self.init(Settings(options)) }

    /// The logical databases, each with a log of its own.
    enum Database: String, CaseIterable { case control, product, vmplane }

    /// What a connection may do, by the database's own rules.
    enum DatabaseRole: String { case appender, projector, gateway, auditor }

    /// Every database that there is, those of all cells too: what it is called among them, and the installation at its cell.
    var databases: [(name: String, database: Database, installation: Installation)] {
        Database.allCases.flatMap { database in
            guard database == .product else { return [(database.rawValue, database, self)] }
            return cells.map { ($0.isMain ? "product" : "product of \($0.name)", database, at($0)) }
        }
    }

    var partitions: [Partition] { (0..<Int32(partitionCount)).map { Partition($0) } }

    var partitionCount: Int { settings[\.partitions] }

    /// How to connect to a database as one of Daybook's roles, or as whom the server's conninfo names.
    func configuration(_ database: Database, as role: DatabaseRole? = nil) -> PostgresConfiguration {
        PostgresConfiguration(
            conninfo: database == .product ? cell.postgres : settings[\.postgres],
            user: role.map { "daybook_\($0.rawValue)" },
            database: name(of: database),
            statementTimeout: settings[\.statementTimeout]
        )
    }

    func redisConfiguration() throws -> RedisConfiguration {
        try RedisConfiguration(url: cell.redis)
    }

    func controlPlane(masterKey: any KeyManagement, logger: Logger) -> ControlPlane {
        var configuration = ControlPlane.Configuration(
            appender: configuration(.control, as: .appender),
            gateway: configuration(.control, as: .gateway)
        )
        configuration.connections = settings[\.sessionConnections]
        configuration.recency = settings[\.stepUpRecency]
        return ControlPlane(configuration, masterKey: masterKey, logger: logger)
    }

    /// The master keys of the file, or of the environment.
    func masterKey() throws -> MasterKeys {
        switch (settings[\.masterKeyFile], settings[\.masterKeys]) {
        case (let file?, nil):
            let keys = try MasterKeys(file: file)
            // Its digits; beside them stand states and times.
            let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
            for part in SecretValues.parts(of: text) where part.utf8.count == 64 { redactor.hide(part) }
            return keys
        case (nil, let text?):
            do throws(MasterKeyList.Fault) { return MasterKeys(try MasterKeyList(text: text)) } catch {
                throw ToolError("DAYBOOK_MASTER_KEYS: \(error)")
            }
        case (nil, nil): throw ToolError("--master-key-file or DAYBOOK_MASTER_KEY_FILE is needed")
        case (_?, _?): throw ToolError("master-key-file and master-keys: say one of them")
        }
    }

    private func name(of database: Database) -> String {
        switch database {
        case .control: settings[\.controlDatabase]
        case .product: cell.database
        case .vmplane: settings[\.vmplaneDatabase]
        }
    }

    /// The folders of SQL that make a database.
    func schemaFolders(of database: Database) throws -> [String] {
        let schema = try schemaFolder()
        return switch database {
        case .control, .product: ["\(schema)/log", "\(schema)/\(database.rawValue)"]
        case .vmplane: ["\(schema)/log"]
        }
    }

    func migrator(of database: Database) throws -> Migrator {
        Migrator(schema: try schemaFolders(of: database), configuration: configuration(database, as: .gateway))
    }

    private func schemaFolder() throws -> String {
        if let folder = settings[\.schema] { return folder }
        let starts = [FileManager.default.currentDirectoryPath, CommandLine.arguments[0]]
        for start in starts {
            var folder = URL(filePath: start).resolvingSymlinksInPath()
            while folder.path != "/" {
                let candidate = folder.appending(path: "schema")
                if FileManager.default.fileExists(atPath: candidate.appending(path: "log").path) {
                    return candidate.path
                }
                folder.deleteLastPathComponent()
            }
        }
        throw ToolError("there is no folder 'schema' here or above; name it by --schema or DAYBOOK_SCHEMA")
    }

    func logger(_ label: String = "daybook") -> Logger {
        Logger(label: label) { label in
            let handler = RedactingLogHandler(settings[\.logFormat].handler(label: label), by: redactor)
            return ThresholdLogHandler(handler, threshold: logThreshold)
        }
    }
}
