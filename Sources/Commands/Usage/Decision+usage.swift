package import EventStore
package import Events
internal import Foundation

extension Decision {
    /// Uses units of a meter; past the hard limit the command is refused.
    package mutating func use(_ units: Int32 = 1, of meter: Meter, under limits: Limits, for caller: Caller) {
        let month = Month(of: caller.now)
        let hard = limits.limit(of: meter).hard
        count(UsageCounter.id(of: meter, in: month, of: caller.tenant), by: units, max: hard ?? .max) { used in
            .limitReached(
                ReachedLimit(
                    meter: meter,
                    limit: hard ?? .max,
                    used: used,
                    periodEnd: meter.isPeriodic ? month.end : nil
                )
            )
        }
    }

    /// Gives back a unit of a meter that does not begin anew.
    package mutating func release(_ meter: Meter, for caller: Caller) {
        precondition(!meter.isPeriodic, "what was used in a month stays used")
        // It frees room, whatever the limit is by now.
        count(UsageCounter.id(of: meter, in: Month(of: caller.now), of: caller.tenant), by: -1, max: .max) { used in
            .limitReached(ReachedLimit(meter: meter, limit: .max, used: used, periodEnd: nil))
        }
    }
}
