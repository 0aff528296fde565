package import EventStore
package import Events
package import Foundation

/// A bearer's standing: one user of one tenant, until it ends.
package struct Session: Sendable, Hashable {
    package let id: UUID
    package let tenant: Tenant
    package let user: UserID
    package let expiresAt: Timestamp

    package init(id: UUID, tenant: Tenant, user: UserID, expiresAt: Timestamp) {
        self.id = id
        self.tenant = tenant
        self.user = user
        self.expiresAt = expiresAt
    }
}

/// The standing of a person who has logged in, in no tenant yet.
package struct AccountSession: Sendable, Hashable {
    package let id: SessionID
    package let account: AccountID
    package let openedAt: Timestamp
    package let expiresAt: Timestamp
}

/// What a token stands for.
enum Standing: Sendable, Hashable {
    case user(Session)
    case account(AccountSession)

    var id: UUID {
        switch self {
        case .user(let session): session.id
        case .account(let session): session.id.uuid
        }
    }

    var expiresAt: Timestamp {
        switch self {
        case .user(let session): session.expiresAt
        case .account(let session): session.expiresAt
        }
    }
}
