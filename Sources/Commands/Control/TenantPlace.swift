package import EventStore
package import Events

/// Where an organization's tenant lives, and whether it may be used.
package struct TenantPlace: Fold {
    package private(set) var org: OrgID?
    package private(set) var cell: String?
    package private(set) var partition: Partition?
    /// Whether it was opened to its users once.
    private(set) var isOpened = false
    package private(set) var isSuspended = false
    package private(set) var isDeleted = false

    package var isActive: Bool { isOpened && !isSuspended && !isDeleted }

    package init() {}

    package mutating func apply(_ event: TenantEvent, at place: Place) {
        switch event {
        case .provisioningStarted(let org): self.org = org
        case .cellAssigned(let cell, let partition): (self.cell, self.partition) = (cell, Partition(partition))
        case .activated: isOpened = true
        case .suspended: isSuspended = true
        case .resumed: isSuspended = false
        case .deleted: isDeleted = true
        }
    }

    /// Refuses whoever wants to come in while it is suspended, or after it has ended.
    func expectOpen() throws(Refusal) {
        guard !isDeleted else { throw .tenantUnknown }
        guard !isSuspended else { throw .tenantSuspended }
    }
}
