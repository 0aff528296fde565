internal import EventStore
internal import Events
internal import Postgres

internal import struct Foundation.UUID

/// Sessions by the hash of their token, until they are over and for a while after, so that every process hears of it.
enum SessionProjection {
    static func writes(_ event: SessionEvent, to session: SessionID, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .opened(
            let holder,
            let tokenHash,
            let label,
            let idleSeconds,
            let expiresAt,
            let scopes,
            let login
        ):
            [
                Write(
                    """
                    INSERT INTO rm.sessions
                      (id, token_hash, account, tenant, member, parent, credential, label, idle_seconds, opened_at, expires_at,
                       scopes, provider, identity, provider_session, authenticated_at)
                    VALUES (\(session.uuid), \(Array(tokenHash)), \(holder.account?.uuid), \(holder.tenant?.uuid),
                            \(holder.user?.uuid), \(holder.parent?.uuid), \(holder.credential?.uuid), \(label.text ?? ""),
                            \(Int32(clamping: idleSeconds)), \(raw.time),
                            \(PostgresTimestamp(microsecondsSince1970: expiresAt.microseconds)), \(scopes.map { $0.map(\.rawValue) }),
                            \(login?.provider), \(login?.identity.uuid), \(login?.session),
                            \(login.map { PostgresTimestamp(microsecondsSince1970: $0.authenticatedAt.microseconds) }))
                    """
                )
            ]
        case .refreshed(let tokenHash, let previousUntil):
            [
                Write(
                    """
                    UPDATE rm.sessions
                       SET previous_hash = token_hash, token_hash = \(Array(tokenHash)),
                           previous_until = \(PostgresTimestamp(microsecondsSince1970: previousUntil.microseconds))
                     WHERE id = \(session.uuid)
                    """,
                    touching: 1,
                    otherwise: "the session was never opened"
                )
            ]
        case .reauthenticated(let at):
            [
                Write(
                    """
                    UPDATE rm.sessions
                       SET authenticated_at = \(PostgresTimestamp(microsecondsSince1970: at.microseconds))
                     WHERE id = \(session.uuid)
                    """,
                    touching: 1,
                    otherwise: "the session was never opened"
                )
            ]
        case .closed: [over("id = \(session.uuid) OR parent = \(session.uuid)", at: raw)]
        }
    }

    /// Ends all of a person's sessions, and those in tenants that came from them.
    static func over(of account: AccountID, at raw: RecordedEvent) -> Write {
        let own: SQL = "SELECT id FROM rm.sessions WHERE account = \(account.uuid)"
        return over("account = \(account.uuid) OR parent IN (\(own))", at: raw)
    }

    /// Ends those that were opened by an identity, and those in tenants that came from them.
    static func over(of identity: IdentityID, at raw: RecordedEvent) -> Write {
        overWithChildren("identity = \(identity.uuid)", at: raw)
    }

    /// The same of those that came from a session of the provider, and of those of which it is not known which they came from.
    static func over(of identity: IdentityID, from session: UUID, at raw: RecordedEvent) -> Write {
        overWithChildren(
            """
            identity = \(identity.uuid) AND (provider_session = \(session) OR provider_session IS NULL)
            """,
            at: raw
        )
    }

    private static func overWithChildren(_ condition: SQL, at raw: RecordedEvent) -> Write {
        let own: SQL = "SELECT id FROM rm.sessions WHERE \(condition)"
        return over("(\(condition)) OR parent IN (\(own))", at: raw)
    }

    static func over(of user: UserID, in tenant: TenantID, at raw: RecordedEvent) -> Write {
        over("tenant = \(tenant.uuid) AND member = \(user.uuid)", at: raw)
    }

    /// Ends those of everybody in a tenant.
    static func over(of tenant: TenantID, at raw: RecordedEvent) -> Write {
        over("tenant = \(tenant.uuid)", at: raw)
    }

    /// Ends those that were opened by a credential.
    static func over(by credential: CredentialID, at raw: RecordedEvent) -> Write {
        over("credential = \(credential.uuid)", at: raw)
    }

    private static func over(_ condition: SQL, at raw: RecordedEvent) -> Write {
        Write(
            """
            UPDATE rm.sessions SET over_at = \(raw.time)
             WHERE (\(condition)) AND over_at IS NULL
            """
        )
    }
}

extension SessionEvent.Holder {
    fileprivate var account: AccountID? {
        if case .account(let account) = self { account } else { nil }
    }

    fileprivate var tenant: TenantID? {
        switch self {
        case .account: nil
        case .user(let tenant, _, _), .agent(let tenant, _, _): tenant
        }
    }

    fileprivate var user: UserID? {
        switch self {
        case .account: nil
        case .user(_, let user, _), .agent(_, let user, _): user
        }
    }

    fileprivate var parent: SessionID? {
        if case .user(_, _, let parent) = self { parent } else { nil }
    }

    fileprivate var credential: CredentialID? {
        if case .agent(_, _, let credential) = self { credential } else { nil }
    }
}
