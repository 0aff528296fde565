internal import EventStore
internal import Events
internal import Postgres

/// Organizations by name, and what operators have decided of them.
enum OrgProjection {
    static func writes(_ event: OrgEvent, to org: OrgID, at raw: RecordedEvent) -> [Write] {
        func change(_ assignments: SQL) -> [Write] {
            [
                Write(
                    "UPDATE rm.orgs SET \(assignments), version = \(raw.version) WHERE org = \(org.uuid)",
                    touching: 1,
                    otherwise: "the organization was never made"
                )
            ]
        }
        return switch event {
        case .created(let name, let slug, let tenant, _):
            [
                Write(
                    """
                    INSERT INTO rm.orgs (org, slug, name, tenant, created_at, version)
                    VALUES (\(org.uuid), \(slug), \(name), \(tenant.uuid), \(raw.time), \(raw.version))
                    """
                )
            ]
        case .suspended(let reason): change("suspended_at = \(raw.time), suspension_reason = \(reason)")
        case .resumed: change("suspended_at = NULL, suspension_reason = NULL")
        case .deletionRequested(let reason, let endsAt):
            change(
                """
                ends_at = \(PostgresTimestamp(microsecondsSince1970: endsAt.microseconds)), deletion_reason = \(reason)
                """
            )
        case .deletionCancelled: change("ends_at = NULL, deletion_reason = NULL")
        case .endingBegun: change("is_ending = true")
        case .deleted: change("deleted_at = \(raw.time)")
        }
    }
}

extension RecordedEvent {
    /// When it was committed.
    var time: PostgresTimestamp { PostgresTimestamp(microsecondsSince1970: recordedAt) }
}
