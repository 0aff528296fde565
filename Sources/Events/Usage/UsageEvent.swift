package import EventStore
internal import Foundation

package typealias UsageID = StreamID<UsageEvent>

/// What came of a tenant's usage: what was noticed of its limits, and the months that are over.
package enum UsageEvent: Event {
    /// A soft limit was met for the first time in this month. `used` is what was counted when it was noticed.
    case budgetAlerted(meter: Meter, soft: Int64, used: Int64, period: Month)
    /// Nothing more fits under the hard limit. `period` is nil for a meter that does not begin anew.
    case limitReached(meter: Meter, hard: Int64, used: Int64, period: Month?)
    /// There is room again under a limit that had been reached.
    case limitCleared(meter: Meter, used: Int64)
    /// A month is over; what was used in it no longer changes. `quantities` has one entry a meter, in the order of `Meter`:
    /// messages that were posted in it, users and rooms that there were at its end.
    case billingPeriodClosed(period: Month, quantities: [Quantity])

    package struct Quantity: Codable, Sendable, Equatable {
        package var meter: Meter
        package var quantity: Int64

        package init(_ meter: Meter, _ quantity: Int64) {
            self.meter = meter
            self.quantity = quantity
        }
    }

    package static let category = "usage"
    package static let prefix = "usage"
    package static let types: [EventType] = [
        EventType("usage.budget_alerted"), EventType("usage.limit_reached"), EventType("usage.limit_cleared"),
        EventType("usage.billing_period_closed"),
    ]

    package var type: EventType {
        switch self {
        case .budgetAlerted: Self.types[0]
        case .limitReached: Self.types[1]
        case .limitCleared: Self.types[2]
        case .billingPeriodClosed: Self.types[3]
        }
    }
}

extension UsageID {
    /// The one stream of a tenant.
    package init(of tenant: Tenant) { self.init(.derived("daybook.usage", tenant.id.bytes)) }
}
