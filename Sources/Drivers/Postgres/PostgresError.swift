/// Why a statement has no result.
///
/// It carries the statement's text, never its binds. `detail` quotes values of rows (`Key (email)=(ada@example.org) already
/// exists`), so `description`, which ends up in logs, leaves it out.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The server refused; the connection goes on.
        case server(SQLState)
        /// No connection was to be had in time. Nothing was sent.
        case connectionFailed
        /// The connection broke, or the server ended it. What ran may have been committed or not.
        case connectionLost
        /// The deadline came first. A statement that ran was cancelled; a COMMIT that ran may have been done.
        case timedOut
        /// The task was cancelled, or the interrupt was fired.
        case cancelled
        /// The pool's queue is full.
        case overloaded
        /// The pool is closed.
        case closed
        /// A value is not what the caller asked to read.
        case decoding
    }

    package var code: Code
    package var message: String
    package var detail: String?
    /// The violated constraint's name.
    package var constraint: String?
    /// The statement with `$1`, `$2` … for its binds.
    package var query: String?

    package init(
        _ code: Code,
        _ message: String,
        detail: String? = nil,
        constraint: String? = nil,
        query: String? = nil
    ) {
        self.code = code
        self.message = message
        self.detail = detail
        self.constraint = constraint
        self.query = query
    }

    /// The server's code, if it was the server that refused.
    package var sqlState: SQLState? {
        if case .server(let state) = code { state } else { nil }
    }

    /// The store is away or has no time for us: the same request may succeed later or elsewhere.
    package var isUnavailable: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timedOut, .overloaded, .closed: true
        case .server(let state): state.isConnectionFailure
        case .cancelled, .decoding: false
        }
    }

    package var description: String {
        let constraint = constraint.map { " (constraint \($0))" } ?? ""
        let query = query.map { " in: \($0)" } ?? ""
        return "\(code): \(message)\(constraint)\(query)"
    }
}

extension PostgresError.Code: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server(let state): "SQLSTATE \(state)"
        case .connectionFailed: "connection failed"
        case .connectionLost: "connection lost"
        case .timedOut: "timed out"
        case .cancelled: "cancelled"
        case .overloaded: "overloaded"
        case .closed: "closed"
        case .decoding: "cannot decode"
        }
    }
}
