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
        let served = Set(installation.servedCells.map(\.name))
        for (name, database, installation) in installation.databases {
            // Of cells those alone that were asked for.
            guard database != .product || served.contains(installation.cell.name) else { continue }
            let connection = try migrate(database, of: installation, as: name)
            try LogPartitions.make(database == .product ? installation.partitionCount : 1, on: connection)
            if database == .control { try LogPartitions.place(.installation, on: connection) }
        }
    }

    private func migrate(
        _ database: Installation.Database,
        of installation: Installation,
        as name: String
    ) throws -> PostgresConnection {
        let configuration = installation.configuration(database)
        let migrator = Migrator(schema: try installation.schemaFolders(of: database), configuration: configuration)
        let applied = try migrator.migrate()
        print("\(name): \(applied.isEmpty ? "nothing to do" : "\(applied.count) files applied")")
        return try PostgresConnection(configuration)
    }
}
