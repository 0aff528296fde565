internal import Postgres

/// One statement of a projection.
struct Write {
    let sql: SQL
    /// What is wrong with the event when the statement does not touch exactly `rows`; nil: any number will do.
    private let expected: (rows: Int, otherwise: String)?

    /// A statement that may find nothing to do.
    init(_ sql: SQL) {
        self.sql = sql
        expected = nil
    }

    init(_ sql: SQL, touching rows: Int, otherwise fault: String) {
        self.sql = sql
        expected = (rows, fault)
    }

    func check(_ result: PostgresResult) throws(Poison) {
        if let expected, result.affectedRows != expected.rows { throw Poison(expected.otherwise) }
    }
}

extension PostgresConnection {
    /// Runs all in one round trip, inside of the caller's transaction.
    func run(_ writes: [Write]) throws {
        for (write, result) in zip(writes, try pipeline(writes.map(\.sql))) { try write.check(result) }
    }
}
