internal import EventStore
internal import Events
internal import Postgres

/// Which services there are. What one may do is decided on the log; this is the list.
enum ServiceProjection {
    static func writes(_ event: ServiceEvent, to id: ServiceID, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .granted(let name, let scopes):
            [
                Write(
                    """
                    INSERT INTO rm.services (service, name, scopes, since)
                    VALUES (\(id.uuid), \(name), \(scopes.map(\.rawValue)), \(raw.time))
                    ON CONFLICT (service) DO UPDATE SET scopes = excluded.scopes
                    """
                )
            ]
        case .keyAdded(let key, let jwk, let expiresAt):
            [
                Write(
                    """
                    INSERT INTO rm.service_keys (key, service, public_key, added_at, expires_at)
                    VALUES (\(key.uuid), \(id.uuid), \(jwk), \(raw.time), \(expiresAt?.postgres))
                    """
                )
            ]
        case .keyRevoked(let key): [Write("DELETE FROM rm.service_keys WHERE key = \(key.uuid)")]
        case .retired:
            [
                Write("DELETE FROM rm.service_keys WHERE service = \(id.uuid)"),
                Write("DELETE FROM rm.services WHERE service = \(id.uuid)"),
            ]
        }
    }
}
