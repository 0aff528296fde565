internal import Foundation
internal import Postgres

/// The migrations that make the read models: those files of a database's schema that name `rm`. What they have made bears a mark
/// that tells of which files it is, so that tables of another release never take the place of those that serve.
struct ReadModelFiles {
    private var files: [(path: String, text: String)] = []
    /// Paths of the files that have nothing to do with the read models.
    private var others: [String] = []

    /// - Parameter folders: those of the schema.
    init(in folders: [String]) throws {
        let name = try Self.pattern
        for folder in folders {
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.hasSuffix(".sql") {
                let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
                if text.contains(name) { files.append((path, text)) } else { others.append(path) }
            }
        }
        files.sort { $0.path < $1.path }
    }

    /// The name of the live schema. By code points: what Unicode calls a word goes on behind the dot.
    private static var pattern: Regex<AnyRegexOutput> {
        get throws { try Regex("\\b\(ReadModelSchema.live.name)\\b").wordBoundaryKind(.simple) }
    }

    /// Makes the tables, empty, as the migrations have made those of `rm`, and marks them. Throws where the database has other
    /// migrations than the folder.
    ///
    /// - Parameter connection: in a transaction, as `daybook_owner`.
    func make(_ schema: ReadModelSchema, on connection: PostgresConnection) throws {
        let different = try connection.execute(
            """
            SELECT path
              FROM unnest(\(files.map(\.path)), \(files.map(\.text))) AS f (path, content)
              FULL JOIN (SELECT path, sha256 FROM migrations.applied WHERE NOT path = ANY (\(others))) a USING (path)
             WHERE a.sha256 IS DISTINCT FROM sha256(convert_to(f.content, 'UTF8'))
             ORDER BY path
            """
        ).decode(String.self)
        guard different.isEmpty else { throw RebuildError.notMigrated(different) }
        for file in files {
            try connection.executeScript(file.text.replacing(try Self.pattern) { _ in schema.name })
        }
        try mark(schema, madeAt: Date.now.formatted(.iso8601), on: connection)
    }

    /// What the migrations of this database make.
    private func currentMark(on connection: PostgresConnection) throws -> String {
        try connection.execute(
            """
            SELECT coalesce(md5(string_agg(path || ' ' || encode(sha256, 'hex'), ',' ORDER BY path COLLATE "C")), '')
              FROM migrations.applied WHERE NOT path = ANY (\(others))
            """
        ).decode(String.self)[0]
    }

    /// Marks what the migrations have made, now that all of them are applied to it.
    ///
    /// - Parameter madeAt: when a rebuild made it, if one did.
    func mark(_ schema: ReadModelSchema, madeAt: String?, on connection: PostgresConnection) throws {
        let mark = try currentMark(on: connection) + (madeAt.map { " \($0)" } ?? "")
        let comment = try connection.execute("SELECT format('COMMENT ON SCHEMA %I IS %L', \(schema.name), \(mark))")
            .decode(String.self)[0]
        try connection.executeScript(comment)
    }

    /// Throws unless the schema is what the migrations of this database make.
    func expectCurrent(_ schema: ReadModelSchema, on connection: PostgresConnection) throws {
        guard try schema.mark(on: connection)?.first == currentMark(on: connection) else {
            throw RebuildError.isOfAnotherRelease(schema)
        }
    }
}

extension ReadModelSchema {
    /// What its comment says: which files made it, and then, if a rebuild did, when.
    fileprivate func mark(on connection: PostgresConnection) throws -> [String]? {
        try connection.execute("SELECT obj_description(to_regnamespace(\(name))::oid, 'pg_namespace')")
            .decode(String?.self)[0]?.split(separator: " ").map(String.init)
    }

    /// When a rebuild made it; nil if the migrations did.
    func madeAt(on connection: PostgresConnection) throws -> String? { try mark(on: connection)?.dropFirst().first }
}
