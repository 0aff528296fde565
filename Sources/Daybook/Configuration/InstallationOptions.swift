internal import ArgumentParser
internal import Settings

/// Where an installation's stores and secrets are; the options that every subcommand has which opens them.
struct InstallationOptions: SettingOptions {
    @Option(
        help: """
            A YAML or JSON file with settings; flags and the environment win over it. What may stand there: docs/configuration.md, \
            or `daybook config reference`. [DAYBOOK_CONFIG]
            """
    )
    var config: String?

    @Option(\.postgres) var postgres: String?
    @Option(\.redis) var redis: String?
    @Option(\.masterKeyFile) var masterKeyFile: String?
    @Option(\.controlDatabase) var controlDatabase: String?
    @Option(\.productDatabase) var productDatabase: String?
    @Option(\.cellsFile) var cellsFile: String?
    @Option(\.cell) var cell: String?
    @Option(\.schema) var schema: String?
    @Option(\.partitions) var partitionCount: String?
    @Option(\.logLevel) var logLevel: String?
    @Option(\.logFormat) var logFormat: String?

    static let sections: Set<Declaration.Section> = [.stores, .logs]

    var given: [GivenFlag] {
        [
            GivenFlag(\.postgres, postgres), GivenFlag(\.redis, redis), GivenFlag(\.masterKeyFile, masterKeyFile),
            GivenFlag(\.controlDatabase, controlDatabase), GivenFlag(\.productDatabase, productDatabase),
            GivenFlag(\.cellsFile, cellsFile), GivenFlag(\.cell, cell), GivenFlag(\.schema, schema),
            GivenFlag(\.partitions, partitionCount), GivenFlag(\.logLevel, logLevel),
            GivenFlag(\.logFormat, logFormat),
        ]
    }
}
