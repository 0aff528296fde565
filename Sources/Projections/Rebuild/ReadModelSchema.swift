internal import Foundation
package import Postgres

/// A set of the read models' tables under some name: `rm` is the one that serves.
package struct ReadModelSchema: Sendable, Hashable {
    package static let live = ReadModelSchema("rm")
    /// Built beside the live one.
    package static let next = ReadModelSchema("rm_next")
    /// The one that served before.
    package static let previous = ReadModelSchema("rm_previous")

    package let name: String

    /// - Parameter name: a plain lower-case identifier.
    package init(_ name: String) {
        precondition(name.wholeMatch(of: /[a-z_][a-z0-9_]*/) != nil, "\(name) is no schema's name")
        self.name = name
    }

    /// What makes statements for `rm` run here.
    var names: SchemaNames { self == .live ? SchemaNames() : SchemaNames([Self.live.name: name]) }

    /// Makes the tables, empty, as the migrations have made those of `rm`.
    ///
    /// - Parameters:
    ///   - folder: `schema/product`.
    ///   - connection: in a transaction, as `daybook_owner`.
    func make(from folder: String, on connection: PostgresConnection) throws {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }.sorted()
        // By code points: what Unicode calls a word goes on behind the dot.
        let name = try Regex("\\b\(Self.live.name)\\b").wordBoundaryKind(.simple)
        for path in paths {
            let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
            guard text.contains(name) else { continue }
            try connection.executeScript(text.replacing(name) { _ in self.name })
        }
    }

    func exists(on connection: PostgresConnection) throws(PostgresError) -> Bool {
        try connection.execute("SELECT to_regnamespace(\(name)) IS NOT NULL").decode(Bool.self)[0]
    }

    /// - Parameter connection: as `daybook_owner`.
    func drop(on connection: PostgresConnection) throws(PostgresError) {
        try connection.executeScript("DROP SCHEMA IF EXISTS \(name) CASCADE")
    }

    /// The tables that hold what was projected, without the checkpoints.
    func tables(on connection: PostgresConnection) throws(PostgresError) -> [String] {
        try connection.execute(
            """
            SELECT c.relname::text FROM pg_class c
             WHERE c.relnamespace = to_regnamespace(\(name)) AND c.relkind = 'r' AND c.relname <> 'checkpoints'
             ORDER BY 1
            """
        ).decode(String.self)
    }
}
