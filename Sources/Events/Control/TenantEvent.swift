package import EventStore

package typealias TenantID = StreamID<TenantEvent>

/// What can happen to the place where an organization's work lives. The identifier is the one that the product log knows it by.
package enum TenantEvent: Event {
    case provisioningStarted(org: OrgID)
    /// It lives in this partition of this cell's product log from now on.
    case cellAssigned(cell: String, partition: Int32)
    case activated
    /// Nobody comes in, and every session that was opened before is over.
    case suspended
    case resumed
    /// Its people are forgotten; it is never active again.
    case deleted

    package static let category = "tenant"
    package static let prefix = "tenant"
    package static let types: [EventType] = [
        EventType("control.tenant_provisioning_started"), EventType("control.tenant_cell_assigned"),
        EventType("control.tenant_activated"), EventType("control.tenant_suspended"),
        EventType("control.tenant_resumed"), EventType("control.tenant_deleted"),
    ]

    package var type: EventType {
        switch self {
        case .provisioningStarted: Self.types[0]
        case .cellAssigned: Self.types[1]
        case .activated: Self.types[2]
        case .suspended: Self.types[3]
        case .resumed: Self.types[4]
        case .deleted: Self.types[5]
        }
    }
}
