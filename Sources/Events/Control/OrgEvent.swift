package import EventStore

package typealias OrgID = StreamID<OrgEvent>

/// What can happen to an organization. It has one tenant.
package enum OrgEvent: Event {
    /// `founder` is nil for one that an operator made.
    case created(name: String, slug: String, tenant: TenantID, founder: AccountID?)

    package static let category = "org"
    package static let prefix = "org"
    package static let types: [EventType] = [EventType("control.org_created")]

    package var type: EventType { Self.types[0] }
}
