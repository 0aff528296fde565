internal import EventStore
internal import Events
internal import Postgres

/// Users, and when each of them could see anything at all.
enum UserProjection {
    static func writes(_ event: UserEvent, to user: UserID, at raw: RecordedEvent) -> [Write] {
        let (tenant, id) = (raw.tenant, user.uuid)
        func change(_ assignments: SQL) -> Write {
            Write(
                "UPDATE rm.users SET \(assignments), version = \(raw.version) WHERE tenant = \(tenant) AND id = \(id)",
                touching: 1,
                otherwise: "the user has not joined"
            )
        }
        switch event {
        case .joined(let handle, let name, let kind, let role, _):
            let join: SQL = """
                INSERT INTO rm.users (tenant, id, handle, name, kind, role, active, version, joined_position)
                VALUES (\(tenant), \(id), \(handle.text), \(name.text), \(kind), \(role), true, \(raw.version), \(raw.position))
                """
            return [Write(join)] + intervals(of: user, at: raw) + UsageProjection.change(.users, by: 1, at: raw)
        case .profileChanged(let name): return [change("name = \(name.text)")]
        case .roleChanged(let role): return [change("role = \(role)")] + intervals(of: user, at: raw)
        case .deactivated:
            return [change("active = false")] + intervals(of: user, at: raw)
                + UsageProjection.change(.users, by: -1, at: raw)
        case .reactivated:
            return [change("active = true")] + intervals(of: user, at: raw)
                + UsageProjection.change(.users, by: 1, at: raw)
        case .forgotten:
            // The key first: if it cannot be destroyed, the person is not forgotten.
            return [
                Write(Keyring.destroying(id, in: tenant)),
                change("handle = NULL, name = NULL, active = false"),
                Write(Erasure(of: user, in: tenant).erasing()),
                // Durable ones would be kept for good; the fan-out drops what Redis holds of them.
                Write("DELETE FROM rt.queues WHERE tenant = \(tenant) AND member = \(id)"),
            ] + intervals(of: user, at: raw)
        }
    }

    /// Ends the user's interval if it no longer fits, then begins the one that does.
    private static func intervals(of user: UserID, at raw: RecordedEvent) -> [Write] {
        [
            Write(
                """
                UPDATE rm.tenant_memberships t SET to_position = \(raw.position)
                  FROM rm.users u
                 WHERE u.tenant = \(raw.tenant) AND u.id = \(user.uuid)
                   AND t.tenant = u.tenant AND t.member = u.id AND t.to_position IS NULL
                   AND NOT (u.active AND u.role <> 'auditor' AND t.guest = (u.role = 'guest')
                            AND t.administrator = (u.role IN ('owner', 'admin')))
                """
            ),
            Write(
                """
                INSERT INTO rm.tenant_memberships (tenant, member, from_position, guest, administrator)
                SELECT u.tenant, u.id, \(raw.position), u.role = 'guest', u.role IN ('owner', 'admin')
                  FROM rm.users u
                 WHERE u.tenant = \(raw.tenant) AND u.id = \(user.uuid) AND u.active AND u.role <> 'auditor'
                ON CONFLICT (tenant, member) WHERE to_position IS NULL DO NOTHING
                """
            ),
        ]
    }
}
