package import EventStore
package import Events

/// Where an organization's tenant lives, and whether it may be used.
package struct TenantPlace: Fold {
    package private(set) var org: OrgID?
    package private(set) var cell: String?
    package private(set) var partition: Partition?
    package private(set) var isActive = false

    package init() {}

    package mutating func apply(_ event: TenantEvent, at place: Place) {
        switch event {
        case .provisioningStarted(let org): self.org = org
        case .cellAssigned(let cell, let partition): (self.cell, self.partition) = (cell, Partition(partition))
        case .activated: isActive = true
        }
    }
}
