internal import CPostgres

/// What a transaction sees of others that run beside it.
package enum PostgresIsolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

extension PostgresConnection {
    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws. Transactions do not nest.
    ///
    /// When COMMIT itself throws `.connectionLost` or `.timedOut`, nobody knows whether it has happened.
    package func transaction<Result>(
        isolation: PostgresIsolation = .readCommitted,
        readOnly: Bool = false,
        _ body: (PostgresConnection) throws -> Result
    ) throws -> Result {
        try committing {
            let begin = Self.begin(isolation, readOnly: readOnly)
            try roundTrip(begin) { PQsendQuery($0, begin) }
            return try body(self)
        }
    }

    /// The same, with statements that begin it in one round trip; `body` gets their results.
    package func transaction<Result>(
        opening queries: [SQL],
        _ body: (PostgresConnection, [PostgresResult]) throws -> Result
    ) throws -> Result {
        try committing {
            let begin: SQL = "\(raw: Self.begin(.readCommitted, readOnly: false))"
            return try body(self, Array(try pipeline([begin] + queries).dropFirst()))
        }
    }

    private static func begin(_ isolation: PostgresIsolation, readOnly: Bool) -> String {
        "BEGIN ISOLATION LEVEL \(isolation.rawValue)\(readOnly ? " READ ONLY" : "")"
    }

    private func committing<Result>(_ body: () throws -> Result) throws -> Result {
        precondition(!isInTransaction || isLost, "a transaction inside a transaction")
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends whatever transaction is open, even after the deadline. If that fails, the connection is lost.
    package func rollBack() {
        guard !isLost, isInTransaction else { return }
        do {
            try roundTrip("ROLLBACK", cleanup: true) { PQsendQuery($0, "ROLLBACK") }
        } catch {
            // The caller has an error of its own to tell, and the next one a new connection to get.
            _ = wire.lose()
        }
    }

    private func commit() throws(PostgresError) {
        let result = try roundTrip("COMMIT") { PQsendQuery($0, "COMMIT") }
        // After an error that the body kept to itself the server rolls back, and says so without an error.
        guard result.command == "COMMIT" else {
            throw PostgresError(.server(.inFailedTransaction), "a statement had failed, so nothing is committed")
        }
    }
}
