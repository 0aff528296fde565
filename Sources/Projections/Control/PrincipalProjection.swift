internal import EventStore
internal import Events
internal import Postgres

/// What a user's access rests on: what agents log in by, until it is revoked, and an end to sessions.
enum PrincipalProjection {
    static func writes(_ event: PrincipalEvent, to principal: PrincipalID, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .sessionsEnded(let tenant, let user): [SessionProjection.over(of: user, in: tenant, at: raw)]
        case .forgotten(let tenant, let user, _):
            // The key first: if it cannot be destroyed, the person is not forgotten.
            [
                Write(Keyring.destroying(user.uuid, in: raw.tenant)),
                SessionProjection.over(of: user, in: tenant, at: raw),
                Write("UPDATE rm.sessions SET label = '' WHERE tenant = \(tenant.uuid) AND member = \(user.uuid)"),
                Write("DELETE FROM rm.credentials WHERE principal = \(principal.uuid)"),
            ]
        case .credentialIssued(let tenant, let user, let credential, let proof, let label, let expiresAt, let scopes):
            [
                Write(
                    """
                    INSERT INTO rm.credentials
                      (id, principal, tenant, member, public_key, secret_hash, label, issued_at, expires_at, scopes)
                    VALUES (\(credential.uuid), \(principal.uuid), \(tenant.uuid), \(user.uuid), \(proof.jwk),
                            \(proof.hash), \(label.text ?? ""), \(raw.time),
                            \(expiresAt.map { PostgresTimestamp(microsecondsSince1970: $0.microseconds) }),
                            \(scopes.map { $0.map(\.rawValue) }))
                    """
                )
            ]
        case .credentialRevoked(let credential):
            [
                Write(
                    "DELETE FROM rm.credentials WHERE id = \(credential.uuid)",
                    touching: 1,
                    otherwise: "the credential was never issued"
                ), SessionProjection.over(by: credential, at: raw),
            ]
        }
    }
}

extension PrincipalEvent.Proof {
    fileprivate var jwk: String? {
        if case .key(let jwk) = self { jwk } else { nil }
    }

    fileprivate var hash: [UInt8]? {
        if case .secret(let hash) = self { Array(hash) } else { nil }
    }
}
