internal import CPostgres

/// A connection for one thread, which blocks while the server works.
///
/// Not Sendable: whoever makes it keeps it. Statements are prepared on first use and kept by their text; results are binary.
///
///     let connection = try PostgresConnection(configuration)
///     let rows = try connection.execute("SELECT id, name FROM room WHERE owner = \(ada)").decode((UUID, String).self)
///
/// After `.connectionLost` every call throws it; `PostgresLink` makes a new one.
package final class PostgresConnection {
    let wire: Wire
    var statements: StatementCache
    private let statementTimeout: Duration
    private let schemas: SchemaNames

    /// When everything on this connection must be done, besides the timeout of each statement.
    package var deadline: ContinuousClock.Instant?

    /// Connects.
    ///
    /// - Parameters:
    ///   - interrupt: ends a wait from outside.
    ///   - deadline: for connecting, if it comes before the configured timeout.
    ///   - statementLimit: how many statements stay prepared.
    package init(
        _ configuration: PostgresConfiguration,
        interrupt: PostgresInterrupt? = nil,
        until deadline: ContinuousClock.Instant? = nil,
        statementLimit: Int = 256
    ) throws(PostgresError) {
        let timeout = ContinuousClock.now + configuration.connectTimeout
        wire = try Wire(configuration, interrupt: interrupt, until: min(deadline ?? timeout, timeout))
        statements = StatementCache(limit: statementLimit)
        statementTimeout = configuration.statementTimeout
        schemas = configuration.schemas
    }

    package var isLost: Bool { wire.isLost }

    /// Asks the socket, not the server: costs a system call, not a round trip.
    package func isAlive() -> Bool { wire.isAlive() }

    package var isInTransaction: Bool { !wire.isIdle }

    /// The server process, as `pg_stat_activity` shows it.
    package var processID: Int32 { PQbackendPID(wire.handle) }

    /// Runs one statement. Outside of a transaction it commits by itself before this returns.
    @discardableResult
    package func execute(_ sql: SQL) throws(PostgresError) -> PostgresResult {
        let key = StatementCache.Key(sql)
        return try preparingAgain([key]) { () throws(PostgresError) in
            try deallocateDropped()
            let name = try preparedName(of: key)
            return try roundTrip(sql.text) { sql.send(name, on: $0) }
        }
    }

    /// Runs several statements, separated by semicolons, without binds, in one transaction unless the text makes its own.
    package func executeScript(_ text: String) throws(PostgresError) {
        let text = schemas.applied(to: text)
        try roundTrip(text) { PQsendQuery($0, text) }
    }

    /// Sends one request and gives its last result, or throws its first error.
    @discardableResult
    func roundTrip(
        _ text: String,
        cleanup: Bool = false,
        _ send: (OpaquePointer) -> Int32
    ) throws(PostgresError) -> PostgresResult {
        try naming(text) { () throws(PostgresError) in
            let exchange = try begin(cleanup: cleanup)
            try exchange.send(send)
            let (last, failure) = try exchange.rest()
            if let last, PQresultStatus(last.handle) == PGRES_COPY_IN {
                throw wire.lose("COPY from the client goes through copyIn")
            }
            try exchange.finish(failure)
            guard let last else { throw wire.lose("the server gave no result") }
            return last
        }
    }

    /// - Parameter cleanup: for what must be done after a deadline or an interrupt too; has a few seconds of its own.
    func begin(cleanup: Bool = false) throws(PostgresError) -> Exchange {
        if cleanup { return try Exchange(on: wire, until: .now + .seconds(5), isInterruptible: false) }
        let timeout = ContinuousClock.now + statementTimeout
        return try Exchange(on: wire, until: min(deadline ?? timeout, timeout))
    }

    /// Puts the statement's text into what is thrown.
    func naming<Result>(
        _ text: String,
        _ body: () throws(PostgresError) -> Result
    ) throws(PostgresError) -> Result {
        do {
            return try body()
        } catch {
            var error = error
            if error.query == nil { error.query = text }
            throw error
        }
    }
}

// MARK: Prepared statements

extension PostgresConnection {
    private func preparedName(of key: StatementCache.Key) throws(PostgresError) -> String {
        if let name = statements.name(of: key) { return name }
        let name = statements.newName()
        try roundTrip(key.text) { prepare(key, as: name, on: $0) }
        statements.add(name, for: key)
        return name
    }

    /// Runs `body`, and once more if the server no longer accepts a prepared statement: a table that it reads was altered,
    /// or someone ran DISCARD. Only outside of a transaction, where what failed has left nothing behind.
    func preparingAgain<Result>(
        _ keys: [StatementCache.Key],
        _ body: () throws(PostgresError) -> Result
    ) throws(PostgresError) -> Result {
        do {
            return try body()
        } catch {
            guard [.featureNotSupported, .invalidStatementName].contains(error.sqlState) else { throw error }
            for key in keys { statements.forget(key) }
            guard !isInTransaction else { throw error }
            return try body()
        }
    }

    /// Tells the server about forgotten statements, many at a time. Not inside a transaction, which an error would end.
    func deallocateDropped() throws(PostgresError) {
        guard statements.dropped.count >= 16, !isInTransaction else { return }
        let text = statements.takeDropped().map { "DEALLOCATE \($0)" }.joined(separator: "; ")
        do {
            try roundTrip(text) { PQsendQuery($0, text) }
        } catch {
            // The server may have lost them by itself.
            guard error.sqlState == .invalidStatementName else { throw error }
        }
    }
}

extension PostgresConnection {
    func prepare(_ key: StatementCache.Key, as name: String, on handle: OpaquePointer) -> Int32 {
        key.types.withUnsafeBytes { types in
            PQsendPrepare(
                handle,
                name,
                schemas.applied(to: key.text),
                Int32(key.types.count),
                types.baseAddress?.assumingMemoryBound(to: Oid.self)
            )
        }
    }
}

extension SQL {
    func send(_ name: String, on handle: OpaquePointer) -> Int32 {
        binds.withParameters { values, lengths, formats in
            PQsendQueryPrepared(handle, name, Int32(binds.count), values, lengths, formats, 1)
        }
    }
}
