package import EventStore

package typealias AccountID = StreamID<AccountEvent>

/// What can happen to a person's account, which is one for all organizations.
package enum AccountEvent: Event {
    /// `email` is what the first identity said of itself; nil if it said nothing.
    case created(name: Personal?, email: Personal?, emailIsVerified: Bool)
    case identityLinked(identity: IdentityID, issuer: String)
    case emailChanged(email: Personal?, emailIsVerified: Bool)
    /// The person is this user of the tenant.
    case membershipAdded(tenant: TenantID, user: UserID)
    /// Every session that was opened before is over, and with it those in tenants.
    case sessionsEnded
    /// The person is a user of the tenant no more.
    case membershipRemoved(tenant: TenantID)
    case identityUnlinked(identity: IdentityID)

    package static let category = "account"
    package static let prefix = "account"
    package static let types: [EventType] = [
        EventType("control.account_created"), EventType("control.account_identity_linked"),
        EventType("control.account_email_changed"), EventType("control.account_membership_added"),
        EventType("control.account_sessions_ended"), EventType("control.account_membership_removed"),
        EventType("control.account_identity_unlinked"),
    ]

    package var type: EventType {
        switch self {
        case .created: Self.types[0]
        case .identityLinked: Self.types[1]
        case .emailChanged: Self.types[2]
        case .membershipAdded: Self.types[3]
        case .sessionsEnded: Self.types[4]
        case .membershipRemoved: Self.types[5]
        case .identityUnlinked: Self.types[6]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .created(let name, let email, _): [name?.subject, email?.subject].compactMap(\.self)
        case .emailChanged(let email, _): [email?.subject].compactMap(\.self)
        case .identityLinked, .identityUnlinked, .membershipAdded, .membershipRemoved, .sessionsEnded: []
        }
    }
}

extension AccountID {
    /// As whom the account's personal texts are sealed: in the control log the person is the account.
    package var person: UserID { UserID(uuid) }
}
