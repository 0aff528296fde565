package import Postgres

/// What a set of read models holds, small enough to compare: for each table how many rows, and a sum over their hashes that
/// does not depend on their order.
package struct ReadModelDigest: Sendable, Equatable, CustomStringConvertible {
    package struct Table: Sendable, Equatable {
        package let rows: Int64
        /// Two sums of 64-bit hashes of the rows' texts.
        package let hash: String
    }

    package private(set) var tables: [String: Table] = [:]

    /// When a row came to be, which says nothing of what the log says.
    private static let incidental: Set<String> = ["parked_at"]

    /// - Parameter connection: may see every tenant; in a snapshot if others write meanwhile.
    init(of schema: ReadModelSchema, on connection: PostgresConnection) throws(PostgresError) {
        for table in try schema.tables(on: connection) {
            let columns = try connection.execute(
                """
                SELECT attname::text FROM pg_attribute
                 WHERE attrelid = to_regclass(\("\(schema.name).\(table)")) AND attnum > 0 AND NOT attisdropped
                 ORDER BY attname
                """
            ).decode(String.self).filter { !Self.incidental.contains($0) }
            let row = "ROW(\(columns.map { "\"\($0)\"" }.joined(separator: ", ")))::text"
            let (rows, hash) = try connection.execute(
                """
                SELECT count(*),
                       coalesce(sum(hashtextextended(r.line, 0)), 0)::text || '/' ||
                       coalesce(sum(hashtextextended(r.line, 1)), 0)::text
                  -- Without the offset each hash would make the text for itself.
                  FROM (SELECT \(raw: row) AS line FROM \(raw: schema.name).\(raw: table) OFFSET 0) r
                """
            ).decode((Int64, String).self)[0]
            tables[table] = Table(rows: rows, hash: hash)
        }
    }

    /// The tables in which the two differ.
    package func differences(from other: ReadModelDigest) -> [String] {
        Set(tables.keys).union(other.tables.keys).filter { tables[$0] != other.tables[$0] }.sorted()
    }

    package var description: String {
        tables.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.rows) \($0.value.hash)" }.joined(separator: "\n")
    }
}
