package import Events

/// An organization, as decisions need it.
package struct Org: Fold {
    package private(set) var tenant: TenantID?

    package init() {}

    package mutating func apply(_ event: OrgEvent, at place: Place) {
        switch event {
        case .created(_, _, let tenant, _): self.tenant = tenant
        }
    }
}
