internal import Crypto
internal import Foundation
package import Postgres

/// Brings a database to the state that folders of SQL describe.
///
/// Every `.sql` file below the folders is applied once, in the order of the paths, all that are new in one transaction. What
/// was applied is kept in `migrations.applied` with its SHA-256; a file that changed since is refused: mend by a new file.
/// Files in a top folder named `…-roles` run as the role that migrates, all others as `owner`, who so owns what they make.
/// Any number of processes may migrate at once: they go one after the other, and the later find nothing to do.
///
///     let migrator = Migrator(schema: ["schema/log", "schema/product"], configuration: configuration)
///     let applied = try migrator.migrate()
///
/// Blocking: for start-up and tests, or a thread of its own.
package struct Migrator: Sendable {
    private let schema: [String]
    private let configuration: PostgresConfiguration
    private let owner: String

    /// - Parameters:
    ///   - schema: the folders; no path is in two of them.
    ///   - configuration: connects as a superuser, or as a member of `owner` with CREATEDB, and CREATEROLE for new roles.
    package init(schema: [String], configuration: PostgresConfiguration, owner: String = "daybook_owner") {
        self.schema = schema
        self.configuration = configuration
        self.owner = owner
    }

    /// Makes the database if it is missing and applies what is new.
    ///
    /// - Returns: the paths that were applied.
    @discardableResult
    package func migrate() throws -> [String] {
        let files = try MigrationFile.all(in: schema)
        let connection = try connectMakingDatabase()
        return try connection.transaction { connection in
            try connection.executeScript(Self.bookkeeping)
            let new = try pending(files, on: connection)
            for file in new { try apply(file, on: connection) }
            return new.map(\.path)
        }
    }

    /// Throws `MigrationError.pending` unless the database has every file, unchanged.
    package func verifyCurrent() throws {
        let state = try state()
        guard state.pending.isEmpty else { throw MigrationError.pending(state.pending) }
    }

    /// What a database has of its schema.
    package struct State: Sendable, Equatable {
        /// In the order in which they were applied; files that a later release has removed or not yet brought among them.
        package let applied: [String]
        package let pending: [String]
    }

    /// What was applied and what is to be. Throws if a file has changed since.
    package func state() throws -> State {
        let files = try MigrationFile.all(in: schema)
        let connection = try PostgresConnection(configuration)
        let exists = try connection.execute("SELECT to_regclass('migrations.applied') IS NOT NULL").decode(Bool.self)[0]
        guard exists else { return State(applied: [], pending: files.map(\.path)) }
        let applied = try connection.execute("SELECT path FROM migrations.applied ORDER BY path").decode(String.self)
        return State(applied: applied, pending: try pending(files, on: connection).map(\.path))
    }

    /// The lock's number means nothing; it ends with the transaction.
    private static let bookkeeping = """
        SELECT pg_advisory_xact_lock(7223361084525);
        CREATE SCHEMA IF NOT EXISTS migrations;
        CREATE TABLE IF NOT EXISTS migrations.applied (
          path text PRIMARY KEY,
          sha256 bytea NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now()
        );
        GRANT USAGE ON SCHEMA migrations TO PUBLIC;
        GRANT SELECT ON migrations.applied TO PUBLIC;
        """

    private func pending(_ files: [MigrationFile], on connection: PostgresConnection) throws -> [MigrationFile] {
        let rows = try connection.execute("SELECT path, sha256 FROM migrations.applied ORDER BY path")
            .decode((String, [UInt8]).self)
        let applied = Dictionary(uniqueKeysWithValues: rows)
        let changed = files.filter { applied[$0.path] != nil && applied[$0.path] != $0.sha256 }
        guard changed.isEmpty else { throw MigrationError.changed(changed.map(\.path)) }
        return files.filter { applied[$0.path] == nil }
    }

    private func apply(_ file: MigrationFile, on connection: PostgresConnection) throws {
        do {
            if !file.isAboutRoles { try connection.executeScript("SET LOCAL ROLE \(owner)") }
            try connection.executeScript(file.text)
            try connection.executeScript("RESET ROLE")
        } catch {
            throw MigrationError.failed(path: file.path, error)
        }
        try connection.execute("INSERT INTO migrations.applied (path, sha256) VALUES (\(file.path), \(file.sha256))")
    }

    private func connectMakingDatabase() throws(PostgresError) -> PostgresConnection {
        do {
            return try PostgresConnection(configuration)
        } catch let error where error.message.contains("does not exist") {
            var administration = configuration
            guard let name = configuration.databaseName else { throw error }
            administration.database = "postgres"
            let connection = try PostgresConnection(administration)
            do {
                try connection.executeScript("CREATE DATABASE \"\(name.replacing("\"", with: "\"\""))\"")
            } catch  where [.duplicateDatabase, .uniqueViolation].contains(error.sqlState) {
                // Another process was faster.
            }
            return try PostgresConnection(configuration)
        }
    }
}

extension SQLState {
    fileprivate static let duplicateDatabase = SQLState("42P04")
}

extension PostgresConfiguration {
    /// The database to connect to, if it is named.
    fileprivate var databaseName: String? {
        if let database { return database }
        if let url = URLComponents(string: conninfo), url.scheme?.hasPrefix("postgres") == true {
            return url.path.isEmpty ? nil : String(url.path.dropFirst())
        }
        return conninfo.split(separator: " ").last { $0.hasPrefix("dbname=") }.map {
            String($0.dropFirst("dbname=".count))
        }
    }
}
