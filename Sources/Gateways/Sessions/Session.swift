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
