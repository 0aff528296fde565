internal import EventStore
internal import Events
internal import Postgres

/// People's accounts, and which user of which tenant each of them is.
enum AccountProjection {
    static func writes(_ event: AccountEvent, to account: AccountID, at raw: RecordedEvent) -> [Write] {
        func change(_ assignments: SQL) -> [Write] {
            [
                Write(
                    "UPDATE rm.accounts SET \(assignments), version = \(raw.version) WHERE account = \(account.uuid)",
                    touching: 1,
                    otherwise: "the account was never made"
                )
            ]
        }
        return switch event {
        case .created(let name, let email, let emailIsVerified):
            [
                Write(
                    """
                    INSERT INTO rm.accounts (account, name, email, email_is_verified, created_at, version)
                    VALUES (\(account.uuid), \(name?.text), \(email?.text), \(emailIsVerified), \(raw.time), \(raw.version))
                    """
                )
            ]
        case .emailChanged(let email, let emailIsVerified):
            change("email = \(email?.text), email_is_verified = \(emailIsVerified)")
        case .identityLinked(let identity, let issuer):
            [
                Write(
                    """
                    INSERT INTO rm.identities (identity, account, issuer, linked_at)
                    VALUES (\(identity.uuid), \(account.uuid), \(issuer), \(raw.time))
                    """
                )
            ]
        case .identityUnlinked(let identity):
            [
                Write(
                    "DELETE FROM rm.identities WHERE identity = \(identity.uuid) AND account = \(account.uuid)",
                    touching: 1,
                    otherwise: "the identity was never linked to the account"
                )
            ]
        case .membershipAdded(let tenant, let user):
            [
                Write(
                    """
                    INSERT INTO rm.account_memberships (account, tenant, member)
                    VALUES (\(account.uuid), \(tenant.uuid), \(user.uuid))
                    """
                )
            ]
        case .membershipRemoved(let tenant):
            [
                Write(
                    "DELETE FROM rm.account_memberships WHERE account = \(account.uuid) AND tenant = \(tenant.uuid)",
                    touching: 1,
                    otherwise: "the account was no user of the tenant"
                )
            ]
        case .sessionsEnded: [SessionProjection.over(of: account, at: raw)]
        }
    }
}
