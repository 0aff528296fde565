internal import EventStore
internal import Events
internal import Postgres

/// Organizations by name, and what operators have decided of them.
enum OrgProjection {
    static func writes(_ event: OrgEvent, to org: OrgID, at raw: RecordedEvent) -> [Write] {
        func change(_ assignments: SQL?) -> [Write] {
            let assignments: SQL = assignments.map { "\($0)," } ?? ""
            return [
                Write(
                    "UPDATE rm.orgs SET \(assignments) version = \(raw.version) WHERE org = \(org.uuid)",
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
        case .limitSet(let meter, let limit, let reason):
            change(nil) + [limitWrite(meter, limit, reason, of: org, at: raw)]
        case .limitsRelayed(let position):
            change(nil) + [
                Write("DELETE FROM rm.tenant_changes WHERE org = \(org.uuid) AND position <= \(position)")
            ]
        case .planChanged(let slug, let reason):
            change("plan = \(slug.map { PlanID(slug: $0).uuid }), plan_reason = \(reason)")
        case .limitsResolved(let changes, let asOf):
            change("plans_as_of = \(asOf)") + changes.flatMap { entitlementWrites($0, of: org, at: raw) }
        case .llmPolicyChanged(let policy, let reason):
            change(nil) + policyWrites(.llm(policy), reason, of: org, at: raw)
        case .vmPolicyChanged(let policy, let reason):
            change(nil) + policyWrites(.vm(policy), reason, of: org, at: raw)
        case .fsCachePolicyChanged(let policy, let reason):
            change(nil) + policyWrites(.fsCache(policy), reason, of: org, at: raw)
        }
    }

    private static func limitWrite(
        _ meter: Meter,
        _ limit: MeterLimit?,
        _ reason: String,
        of org: OrgID,
        at raw: RecordedEvent
    ) -> Write {
        guard let limit else {
            return Write("DELETE FROM rm.org_limits WHERE org = \(org.uuid) AND meter = \(meter)")
        }
        return Write(
            """
            INSERT INTO rm.org_limits (org, meter, hard, soft, reason, set_at)
            VALUES (\(org.uuid), \(meter), \(limit.hard), \(limit.soft), \(reason), \(raw.time))
            ON CONFLICT (org, meter) DO UPDATE
              SET hard = excluded.hard, soft = excluded.soft, reason = excluded.reason, set_at = excluded.set_at
            """
        )
    }

    private static func policyWrites(
        _ policy: Policy,
        _ reason: String,
        of org: OrgID,
        at raw: RecordedEvent
    ) -> [Write] {
        let (kind, document) = (policy.kind.rawValue, policy.document)
        return [
            Write("DELETE FROM rm.org_policies WHERE org = \(org.uuid) AND kind = \(kind)"),
            Write(
                """
                INSERT INTO rm.org_policies (org, kind, policy, reason, set_at)
                SELECT \(org.uuid), \(kind), \(document), \(reason), \(raw.time) WHERE \(document != nil)
                """
            ),
            Write(
                """
                INSERT INTO rm.tenant_changes (org, position, part, policy)
                VALUES (\(org.uuid), \(raw.position), \(kind), \(document))
                """
            ),
        ]
    }

    private static func entitlementWrites(
        _ change: Entitlement,
        of org: OrgID,
        at raw: RecordedEvent
    ) -> [Write] {
        let (limit, source) = (change.limit, change.source)
        return [
            Write(
                """
                INSERT INTO rm.org_entitlements (org, meter, hard, soft, source)
                VALUES (\(org.uuid), \(change.meter), \(limit.hard), \(limit.soft), \(source))
                ON CONFLICT (org, meter) DO UPDATE
                  SET hard = excluded.hard, soft = excluded.soft, source = excluded.source
                """
            ),
            Write(
                """
                INSERT INTO rm.tenant_changes (org, position, part, hard, soft, source)
                VALUES (\(org.uuid), \(raw.position), \(change.meter), \(limit.hard), \(limit.soft), \(source))
                """
            ),
        ]
    }
}

extension RecordedEvent {
    /// When it was committed.
    var time: PostgresTimestamp { PostgresTimestamp(microsecondsSince1970: recordedAt) }
}
