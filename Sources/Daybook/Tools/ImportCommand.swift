internal import ArgumentParser
internal import EventStore
internal import Events
internal import Postgres
internal import Projections
internal import SlackImport

/// `daybook import …`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Brings in what was said elsewhere.",
        subcommands: [Slack.self]
    )

    /// `daybook import slack FILE`
    struct Slack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Imports an export of Slack.",
            discussion: """
                The archive is checked as a whole before anything is written. Run again, or after an import that was cut \
                short, it adds only what is not there yet.
                """
        )

        @Argument(help: "The export, a zip archive.")
        var file: String

        @Option(help: "The name of the tenant that gets it.")
        var tenant: String

        @Option(name: .customLong("as"), help: "The handle of who opens the rooms, and so moderates them.")
        var owner: String?

        @Flag(help: "Wait until the read models have it all, for which a projector has to run.")
        var wait = false

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            let archive: SlackArchive
            do { archive = try SlackArchive(path: file) } catch { throw ToolError(error.description) }
            try await Workbench.run(installation) { workbench in
                let tenant = try await workbench.tenant(named: tenant)
                var user: UserID?
                if let owner {
                    user = try await workbench.user(owner, of: tenant)
                    guard user != nil else { throw ToolError("the tenant has no user '\(owner)'") }
                }
                let bar = ProgressBar()
                let importer = SlackImporter(archive, into: tenant, by: workbench.handler, as: user)
                do {
                    let report = try await importer.run { bar.show($0) }
                    bar.end()
                    print(report)
                    if wait { try await waitForReadModels(of: tenant, by: workbench) }
                } catch let failure as SlackImporter.Failure {
                    bar.end()
                    throw ToolError("\(failure). Run it again to go on.")
                }
            }
        }

        private func waitForReadModels(of tenant: Tenant, by workbench: Workbench) async throws {
            let heads = try await workbench.log.currentHeads()
            let installation = try Installation(self.installation)
            let pool = PostgresPool(installation.configuration(.product, as: .gateway), size: 1, queueLimit: 10)
            let reads = ReadModels(pool: pool, progress: PositionWatch())
            let isThere = try await reads.wait(for: tenant, past: heads[tenant.partition] ?? 0, timeout: .seconds(600))
            await pool.close()
            guard isThere else { throw ToolError("the read models do not have it yet; does a projector run?") }
        }
    }
}
