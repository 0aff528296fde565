internal import ArgumentParser
internal import EventStore
internal import Events
internal import Migrations
internal import Postgres

/// `daybook migrate`
struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Makes the databases if they are missing, and applies what is new of the schema. Safe to run at any time."
    )

    @OptionGroup var installation: InstallationOptions

    func run() throws {
        let installation = try Installation(self.installation)
        for database in Installation.Database.allCases {
            let configuration = installation.configuration(database)
            let migrator = Migrator(schema: try installation.schemaFolders(of: database), configuration: configuration)
            let applied = try migrator.migrate()
            print("\(database): \(applied.isEmpty ? "nothing to do" : "\(applied.count) files applied")")
            let count = database == .product ? installation.partitionCount : 1
            let connection = try PostgresConnection(configuration)
            try LogPartitions.make(count, on: connection)
            if database == .control { try LogPartitions.place(.installation, on: connection) }
        }
    }
}
