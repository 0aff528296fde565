internal import ArgumentParser

/// One executable: every service and every tool is a subcommand.
@main
struct Daybook: AsyncParsableCommand {
    static let version = "0.1.0"

    /// How it was compiled.
    static let buildConfiguration: String = {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }()

    static let configuration = CommandConfiguration(
        commandName: "daybook",
        abstract: "The backend of a workspace where people and agents work in the same rooms.",
        discussion: """
            Where the stores are is told by options, by the environment (DAYBOOK_POSTGRES, DAYBOOK_REDIS, DAYBOOK_MASTER_KEY_FILE, \
            DAYBOOK_SCHEMA) or by a file that --config or DAYBOOK_CONFIG names. `daybook config reference` tells every setting.
            """,
        version: version,
        subcommands: [
            Serve.self, DevIdPCommand.self, Status.self, Migrate.self, TenantCommand.self, TokenCommand.self,
            OperatorCommand.self, ServiceCommand.self,
            CtlCommand.self,
            ForgetCommand.self,
            ImportCommand.self,
            AuditCommand.self, ParkedCommand.self, RebuildCommand.self, ReplayCommand.self, MasterKeyCommand.self,
            ConfigCommand.self,
        ]
    )
}
