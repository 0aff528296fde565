package import EventStore
package import Events
package import Foundation

/// A bearer's standing: one user of one tenant, until it ends. Whenever it was read, it is the same.
package struct Session: Sendable, Equatable {
    package let id: UUID
    package let tenant: Tenant
    /// Where the tenant lives: its partition is one of this cell's log.
    package let cell: String
    package let user: UserID
    package let expiresAt: Timestamp
    /// All that it is good for; nil for whatever the user may do.
    package let scopes: Set<TokenScope>?
    package let basis: SessionBasis
    /// When the person showed last who they are; nil for a session that came from no login at a provider.
    package let authenticatedAt: Timestamp?

    package init(
        id: UUID,
        tenant: Tenant,
        cell: String,
        user: UserID,
        expiresAt: Timestamp,
        scopes: Set<TokenScope>? = nil,
        basis: SessionBasis,
        authenticatedAt: Timestamp? = nil
    ) {
        self.authenticatedAt = authenticatedAt
        self.id = id
        self.tenant = tenant
        self.cell = cell
        self.user = user
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.basis = basis
    }

    package static func == (a: Session, b: Session) -> Bool {
        a.id == b.id && a.tenant == b.tenant && a.cell == b.cell && a.user == b.user && a.expiresAt == b.expiresAt
            && a.scopes == b.scopes
    }
}

/// The standing of a person who has logged in, in no tenant yet.
package struct AccountSession: Sendable {
    package let id: SessionID
    package let account: AccountID
    package let openedAt: Timestamp
    package let expiresAt: Timestamp
    package let basis: SessionBasis
    /// By which the person has logged in; nil for a session that came from none.
    package let provider: String?
    /// When they showed last who they are; nil for a session that came from no provider.
    package let authenticatedAt: Timestamp?
}

/// What a token stands for.
enum Standing: Sendable {
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

    var basis: SessionBasis {
        switch self {
        case .user(let session): session.basis
        case .account(let session): session.basis
        }
    }
}
