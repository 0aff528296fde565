internal import Postgres

/// Why an event cannot be projected, now or later: it is set aside with this reason, never skipped in silence.
/// The reason may be shown to operators, so it quotes nothing of what people wrote.
struct Poison: Error {
    let reason: String

    init(_ reason: String) {
        // U+0000 is what Postgres's texts cannot hold; it may be the very fault that is told here.
        self.reason = String(reason.replacing("\0", with: "␀").prefix(1000))
    }

    /// Nil if the error is not the event's fault: then all is tried again later.
    init?(_ error: any Error) {
        switch error {
        case let error as Poison: self = error
        case let error as PostgresError where error.isOfTheData: self.init("\(error.code): \(error.message)")
        default: return nil
        }
    }
}

extension PostgresError {
    /// A value that a column cannot hold (22), a broken constraint (23), a row too large (54). Everything else, such as a
    /// missing table or right, is the installation's fault and would set aside the whole log.
    fileprivate var isOfTheData: Bool {
        guard let code = sqlState?.code else { return false }
        return ["22", "23", "54"].contains { code.hasPrefix($0) }
    }
}
