import EventStore
import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

struct MigratorTests {
    /// A folder of SQL files and a database that is not there yet, both gone afterwards.
    private static func run(
        _ files: [String: String],
        _ body: (_ folder: URL, _ migrator: Migrator, _ configuration: PostgresConfiguration) async throws -> Void
    ) async throws {
        try await TestDatabase.run { database in
            let folder = FileManager.default.temporaryDirectory.appending(path: "migrator-\(UUID.v7())")
            defer {
                // A folder that stays behind in /tmp harms nobody.
                try? FileManager.default.removeItem(at: folder)
            }
            for (path, text) in files { try write(text, to: path, in: folder) }
            let configuration = new(beside: database)
            try await body(folder, Migrator(schema: [folder.path], configuration: configuration), configuration)
            try await database.pool().withConnection { connection in
                try connection.executeScript("DROP DATABASE IF EXISTS \(database.name)_new WITH (FORCE)")
            }
        }
    }

    private static func new(beside database: TestDatabase) -> PostgresConfiguration {
        var configuration = database.configuration()
        configuration.database = "\(database.name)_new"
        return configuration
    }

    private static func write(_ text: String, to path: String, in folder: URL) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private static let files = [
        "001-roles/01-owner.sql": "SELECT 1",
        "002-notes/01-schema.sql": "CREATE TABLE migrations.note (id int)",
        "002-notes/02-first.sql": "INSERT INTO migrations.note VALUES (1)",
        "010-later/01-second.sql": "INSERT INTO migrations.note VALUES (2)",
    ].mapValues { $0 + ";" }

    @Test func `files are applied once, in the order of their paths`() async throws {
        try await Self.run(
            Self.files.merging(["001-roles/02-grant.sql": "GRANT CREATE ON SCHEMA migrations TO daybook_owner"]) { $1 }
        ) {
            folder,
            migrator,
            configuration in
            let applied = try migrator.migrate()
            #expect(applied == applied.sorted() && applied.count == 5)
            #expect(try migrator.migrate() == [])
            try migrator.verifyCurrent()

            let connection = try PostgresConnection(configuration)
            #expect(try connection.execute("SELECT id FROM migrations.note ORDER BY id").decode(Int32.self) == [1, 2])
            let owner = try connection.execute("SELECT tableowner::text FROM pg_tables WHERE tablename = 'note'")
                .decode(String.self)
            #expect(owner == ["daybook_owner"])

            try Self.write("INSERT INTO migrations.note VALUES (3)", to: "010-later/02-third.sql", in: folder)
            #expect(throws: MigrationError.self) { try migrator.verifyCurrent() }
            #expect(try migrator.migrate() == ["010-later/02-third.sql"])
        }
    }

    @Test func `a file that changed after it was applied is refused`() async throws {
        try await Self.run(["001-a/01-a.sql": "SELECT 1"]) { folder, migrator, _ in
            try migrator.migrate()
            try Self.write("SELECT 2", to: "001-a/01-a.sql", in: folder)
            let error = #expect(throws: MigrationError.self) { try migrator.migrate() }
            guard case .changed(["001-a/01-a.sql"]) = error else {
                Issue.record("\(error as Any)")
                return
            }
        }
    }

    @Test func `a file that fails leaves nothing behind`() async throws {
        try await Self.run(["001-roles/01-a.sql": "CREATE SCHEMA a", "002-a/01-b.sql": "SELECT nonsense"]) {
            _,
            migrator,
            configuration in
            _ = try? migrator.migrate()
            #expect(throws: MigrationError.self) { try migrator.verifyCurrent() }
            let connection = try PostgresConnection(configuration)
            #expect(try connection.execute("SELECT to_regnamespace('a') IS NULL").decode(Bool.self) == [true])
        }
    }

    @Test func `many processes migrate at once`() async throws {
        try await TestDatabase.run { database in
            let configuration = Self.new(beside: database)
            let migrator = Migrator(schema: TestDatabase.schema, configuration: configuration)
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    let pool = database.pool()
                    group.addTask {
                        try await pool.withConnection(timeout: .seconds(60)) { _ in
                            let applied = try migrator.migrate()
                            try LogPartitions.make(3, on: PostgresConnection(configuration))
                            return applied
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(applied.filter { !$0.isEmpty }.count == 1, "one did all of it")
            let connection = try PostgresConnection(configuration)
            #expect(
                try connection.execute("SELECT partition FROM es.heads ORDER BY 1").decode(Int32.self) == [0, 1, 2]
            )
            try await database.pool().withConnection { connection in
                try connection.executeScript("DROP DATABASE \(configuration.database!) WITH (FORCE)")
            }
        }
    }
}
