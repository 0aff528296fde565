internal import ArgumentParser
internal import EventStore
internal import Events
internal import Foundation
internal import Logging
internal import Postgres
internal import Projections

/// What rebuilding needs, for the tools that do.
enum RebuildBench {
    static func run(
        _ options: InstallationOptions,
        of database: Installation.Database = .product,
        _ body: (Rebuild) throws -> Void
    ) throws {
        let installation = try Installation(options)
        var logger = installation.logger("daybook-rebuild")
        logger.logLevel = .warning
        let projector = installation.configuration(database, as: .projector)
        // Keys are loaded by the connection that projects.
        let keys = PostgresPool(installation.configuration(database, as: .appender), size: 1, queueLimit: 1)
        let codec = EventCodec(keyring: Keyring(masterKey: try installation.masterKey(), pool: keys))
        let rebuild = Rebuild(
            Rebuild.Configuration(
                database == .control ? .control : .product,
                administrator: installation.configuration(database),
                projector: projector,
                folders: try installation.schemaFolders(of: database)
            ),
            queries: EventQueries(),
            codec: codec,
            logger: logger
        )
        try body(rebuild)
    }
}

/// One line on the terminal that says how far each partition is; nothing where nobody looks.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ partition: Partition, _ position: Position) {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data("\rpartition \(partition) position \(position)\u{1B}[K".utf8))
    }

    func end() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
