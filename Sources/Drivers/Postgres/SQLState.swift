/// PostgreSQL's five-character error code (appendix A of its manual).
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
    package let code: String

    package init(_ code: String) {
        self.code = code
    }

    package var description: String { code }

    package static let featureNotSupported = SQLState("0A000")
    package static let raisedException = SQLState("P0001")
    package static let notNullViolation = SQLState("23502")
    package static let foreignKeyViolation = SQLState("23503")
    package static let uniqueViolation = SQLState("23505")
    package static let checkViolation = SQLState("23514")
    package static let readOnlyTransaction = SQLState("25006")
    package static let inFailedTransaction = SQLState("25P02")
    package static let invalidStatementName = SQLState("26000")
    package static let serializationFailure = SQLState("40001")
    package static let deadlock = SQLState("40P01")
    package static let insufficientPrivilege = SQLState("42501")
    package static let syntaxError = SQLState("42601")
    package static let undefinedColumn = SQLState("42703")
    package static let undefinedTable = SQLState("42P01")
    package static let tooManyConnections = SQLState("53300")
    package static let lockNotAvailable = SQLState("55P03")
    package static let queryCanceled = SQLState("57014")
    package static let adminShutdown = SQLState("57P01")
    package static let crashShutdown = SQLState("57P02")
    package static let cannotConnectNow = SQLState("57P03")
    package static let idleSessionTimeout = SQLState("57P05")

    /// The connection is gone, or none was to be had: class 08, the shutdowns, too many connections.
    package var isConnectionFailure: Bool {
        if code.hasPrefix("08") { return true }
        return [.adminShutdown, .crashShutdown, .cannotConnectNow, .idleSessionTimeout, .tooManyConnections].contains(
            self
        )
    }

    /// The same transaction may succeed if it is run again from its start.
    package var isRetryable: Bool {
        [.serializationFailure, .deadlock, .lockNotAvailable].contains(self)
    }
}
