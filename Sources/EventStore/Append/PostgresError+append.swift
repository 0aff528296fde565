internal import Postgres

extension SQLState {
    /// `es.append_p<n>`: the epoch is old.
    static let fenced = SQLState("ES001")
    /// `es.append_p<n>`: the numbering of events is not what the counts say.
    static let miscounted = SQLState("ES003")
}

extension PostgresError {
    /// One of the batch's commands is to blame, not the server's state: bad data (class 22), a constraint (23), a limit of
    /// the program (54).
    var isFaultOfCommand: Bool {
        guard let state = sqlState else { return false }
        return state == .miscounted || ["22", "23", "54"].contains(state.code.prefix(2))
    }

    /// The call may have taken effect, although its answer is missing.
    var mayHaveCommitted: Bool {
        switch code {
        case .connectionLost, .timedOut, .decoding: true
        case .server, .connectionFailed, .cancelled, .overloaded, .closed: false
        }
    }
}
