// One statement without a closure around it; `timeout` as in `withConnection`.

extension PostgresPool {
    /// The rows of a statement, each a tuple of all its columns.
    package func query<each Value: PostgresDecodable & Sendable>(
        _ sql: SQL,
        as _: (repeat each Value).Type,
        timeout: Duration? = nil
    ) async throws(PostgresError) -> [(repeat each Value)] {
        try await withConnection(timeout: timeout) { (connection) throws(PostgresError) in
            try connection.execute(sql).decode((repeat each Value).self)
        }
    }

    /// The rows of a statement with one column.
    package func query<Value: PostgresDecodable & Sendable>(
        _ sql: SQL,
        as _: Value.Type,
        timeout: Duration? = nil
    ) async throws(PostgresError) -> [Value] {
        try await withConnection(timeout: timeout) { (connection) throws(PostgresError) in
            try connection.execute(sql).decode(Value.self)
        }
    }

    /// Runs a statement for its effect.
    ///
    /// - Returns: how many rows it touched.
    @discardableResult
    package func execute(_ sql: SQL, timeout: Duration? = nil) async throws(PostgresError) -> Int {
        try await withConnection(timeout: timeout) { (connection) throws(PostgresError) in
            try connection.execute(sql).affectedRows
        }
    }

    /// Runs statements in one round trip and one transaction, and gives what `decode` makes of their results.
    package func pipeline<Value: Sendable>(
        _ statements: [SQL],
        timeout: Duration? = nil,
        decode: @escaping @Sendable ([PostgresResult]) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        try await withConnection(timeout: timeout) { (connection) throws(PostgresError) in
            try decode(try connection.pipeline(statements))
        }
    }
}
