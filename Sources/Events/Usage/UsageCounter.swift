package import EventStore
package import Foundation

/// The counters of the log that hold what a tenant uses. Commands move them in their own append, which is where the log holds
/// them against the hard limits: so commands that race for the last unit cannot both have it, and none waits for another.
package enum UsageCounter {
    /// The counter of a meter at a time. That of a month is the month's own, so a new one begins at 0.
    package static func id(of meter: Meter, in month: Month, of tenant: Tenant) -> UUID {
        let period = meter.isPeriodic ? Array("\(month)".utf8) : []
        return .derived("daybook.usage", tenant.id.bytes, Array(meter.rawValue.utf8), period)
    }
}
