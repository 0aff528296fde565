internal import EventStore
internal import Events
internal import Postgres

/// Organizations by name.
enum OrgProjection {
    static func writes(_ event: OrgEvent, to org: OrgID, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .created(let name, let slug, let tenant, _):
            [
                Write(
                    """
                    INSERT INTO rm.orgs (org, slug, name, tenant, created_at, version)
                    VALUES (\(org.uuid), \(slug), \(name), \(tenant.uuid), \(raw.time), \(raw.version))
                    """
                )
            ]
        }
    }
}

extension RecordedEvent {
    /// When it was committed.
    var time: PostgresTimestamp { PostgresTimestamp(microsecondsSince1970: recordedAt) }
}
