package import EventStore
internal import Foundation

package typealias LimitsID = StreamID<LimitEvent>

/// The limits of a tenant. They have a stream of their own that rarely moves, since every decision that uses a meter rests on it.
package enum LimitEvent: Event {
    /// Replaces what the same side had set for the meter: the tenant's owners are one side, everybody else the other.
    case set(meter: Meter, limit: MeterLimit, source: LimitSource)

    package static let category = "limits"
    package static let prefix = "limits"
    package static let types: [EventType] = [EventType("usage.limit_set")]

    package var type: EventType { Self.types[0] }
}

extension LimitsID {
    /// The one stream of a tenant.
    package init(of tenant: Tenant) { self.init(.derived("daybook.limits", tenant.id.bytes)) }
}
