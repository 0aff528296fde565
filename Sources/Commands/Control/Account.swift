internal import EventStore
package import Events
internal import Foundation

/// A person's account, as decisions need it.
package struct Account: Fold {
    /// Which user the person is, by tenant.
    package private(set) var memberships: [TenantID: UserID] = [:]
    package private(set) var emailIsVerified = false
    /// Where every session that was opened before ended; nil if that never happened.
    private(set) var sessionsEnded: Position?
    /// Of the address in lower case; nil for none.
    private(set) var emailDigest: [UInt8]?

    package init() {}

    package mutating func apply(_ event: AccountEvent, at place: Place) {
        switch event {
        case .created(_, let email, let isVerified), .emailChanged(let email, let isVerified):
            emailIsVerified = isVerified
            emailDigest = email?.text.map(EmailAddress.digest)
        case .identityLinked: break
        case .sessionsEnded: sessionsEnded = place.position
        case .membershipAdded(let tenant, let user): memberships[tenant] = user
        case .membershipRemoved(let tenant): memberships[tenant] = nil
        }
    }
}

/// Whose account an identity is.
package struct Identity: Fold {
    package private(set) var account: AccountID?

    package init() {}

    package mutating func apply(_ event: IdentityEvent, at place: Place) {
        switch event {
        case .linked(let account): self.account = account
        }
    }
}

extension IdentityID {
    /// The one stream of what an issuer knows somebody by.
    package init(issuer: String, subject: String) {
        self.init(.derived("daybook.identity", Array(issuer.utf8), Array(subject.utf8)))
    }
}

extension UserID {
    /// Who an account is in a tenant.
    package init(_ account: AccountID, in tenant: TenantID) {
        self.init(.derived("daybook.member", account.uuid.bytes, tenant.uuid.bytes))
    }
}
