package import EventStore
package import Foundation

/// Keeps a tenant from losing its last owner.
///
/// A counter of the log holds the number of active owners, negated, since the log bounds counters from above: one
/// owner less is +1, at most up to -1. The log judges it in the append, so two owners who demote each other cannot
/// both succeed.
package enum Owners {
    package static func counter(of tenant: Tenant) -> UUID { .derived("daybook.owners", tenant.id.bytes) }
}

extension Decision {
    mutating func countOwner(joining tenant: Tenant) {
        count(Owners.counter(of: tenant), by: -1, max: .max, else: .lastOwner)
    }

    mutating func countOwner(leaving tenant: Tenant) {
        count(Owners.counter(of: tenant), by: 1, max: -1, else: .lastOwner)
    }
}
