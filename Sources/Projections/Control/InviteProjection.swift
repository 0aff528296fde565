internal import EventStore
internal import Events
internal import Postgres

/// Invitations, and which of them are still to be mailed.
enum InviteProjection {
    static func writes(_ event: InviteEvent, to invite: InviteID, at raw: RecordedEvent) -> [Write] {
        func change(_ assignments: SQL) -> [Write] {
            [
                Write(
                    "UPDATE rm.invites SET \(assignments), version = \(raw.version) WHERE invite = \(invite.uuid)",
                    touching: 1,
                    otherwise: "the invitation was never made"
                )
            ]
        }
        return switch event {
        case .invited(let tenant, let email, let role, let by, let expiresAt):
            [
                Write(
                    """
                    INSERT INTO rm.invites
                      (invite, tenant, email, role, invited_by, state, made_at, expires_at, version)
                    VALUES (\(invite.uuid), \(tenant.uuid), \(email.text), \(role), \(by?.uuid), 'pending', \(raw.time),
                            \(PostgresTimestamp(microsecondsSince1970: expiresAt.microseconds)), \(raw.version))
                    """
                )
            ]
        case .accepted(let account, let user):
            change("state = 'accepted', account = \(account.uuid), member = \(user.uuid)")
        case .revoked: change("state = 'revoked'")
        case .mailed: change("mailed_at = \(raw.time)")
        case .mailRefused(let code): change("mail_refused_at = \(raw.time), mail_refusal = \(code)")
        }
    }
}
