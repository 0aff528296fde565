internal import Postgres

extension EventLog {
    /// Whether an error of a read or of the keyring says that Postgres is away, so that asking again may help. For modules
    /// that know no Postgres.
    package static func isAway(_ error: any Error) -> Bool {
        (error as? PostgresError)?.isUnavailable ?? false
    }
}
