package import Postgres

/// A set of the read models' tables under some name: `rm` is the one that serves.
package struct ReadModelSchema: Sendable, Hashable {
    package static let live = ReadModelSchema("rm")
    /// Built beside the live one.
    package static let next = ReadModelSchema("rm_next")
    /// The one that served before.
    package static let previous = ReadModelSchema("rm_previous")
    /// Built to be compared and dropped.
    package static let check = ReadModelSchema("rm_check")
    /// Served before the one that served before; it is dropped as soon as nobody reads it.
    static let replaced = ReadModelSchema("rm_replaced")
    /// The live one within the transaction that switches.
    static let switching = ReadModelSchema("rm_switching")

    /// Those that rebuilding makes and drops by itself.
    package static let reserved: Set = [live, next, previous, check, replaced, switching]

    package let name: String

    /// - Parameter name: a plain lower-case identifier.
    package init(_ name: String) {
        precondition(name.wholeMatch(of: /[a-z_][a-z0-9_]*/) != nil, "\(name) is no schema's name")
        self.name = name
    }

    /// What makes statements for `rm` run here.
    var names: SchemaNames { self == .live ? SchemaNames() : SchemaNames([Self.live.name: name]) }

    /// What tells it from every other that bears or bore its name, whatever the transaction's snapshot; nil if there is none.
    func identity(on connection: PostgresConnection) throws(PostgresError) -> Int64? {
        try connection.execute(Self.identifying(name)).decode(Int64?.self)[0]
    }

    static func identifying(_ name: String) -> SQL { "SELECT to_regclass(\("\(name).checkpoints"))::oid::bigint" }

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
