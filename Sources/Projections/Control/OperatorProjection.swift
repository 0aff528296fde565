internal import EventStore
internal import Events
internal import Postgres

/// Who operates the installation. Whether somebody does is decided on the log; this is the list.
enum OperatorProjection {
    static func writes(_ event: OperatorEvent, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .granted(let account, let role):
            [
                Write(
                    """
                    INSERT INTO rm.operators (account, role, granted_at)
                    VALUES (\(account.uuid), \(role.rawValue), \(raw.time))
                    ON CONFLICT (account) DO UPDATE SET role = excluded.role, granted_at = excluded.granted_at
                    """
                )
            ]
        case .revoked(let account): [Write("DELETE FROM rm.operators WHERE account = \(account.uuid)")]
        }
    }
}
