internal import ArgumentParser
internal import EventStore
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
        for (database, name) in [(Installation.Database.control, "control"), (.product, "product")] {
            let configuration = installation.configuration(database)
            let migrator = Migrator(schema: try installation.schemaFolder(of: database), configuration: configuration)
            let applied = try migrator.migrate()
            print("\(name): \(applied.isEmpty ? "nothing to do" : "\(applied.count) files applied")")
        }
        let product = try PostgresConnection(installation.configuration(.product))
        try LogPartitions.make(installation.partitionCount, on: product)
    }
}
