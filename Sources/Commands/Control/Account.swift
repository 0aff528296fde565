internal import EventStore
package import Events
internal import Foundation

/// A person's account, as decisions need it.
package struct Account: Fold {
    /// Which user the person is, by tenant.
    package private(set) var memberships: [TenantID: UserID] = [:]
    package private(set) var emailIsVerified = false
    /// The longest linked first: it says what the person's address is.
    package private(set) var identities: [IdentityID] = []
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
        case .identityLinked(let identity, _): identities.append(identity)
        case .identityUnlinked(let identity): identities.removeAll { $0 == identity }
        case .sessionsEnded: sessionsEnded = place.position
        case .membershipAdded(let tenant, let user): memberships[tenant] = user
        case .membershipRemoved(let tenant): memberships[tenant] = nil
        }
    }
}

extension UserID {
    /// Who an account is in a tenant.
    package init(_ account: AccountID, in tenant: TenantID) {
        self.init(.derived("daybook.member", account.uuid.bytes, tenant.uuid.bytes))
    }
}
