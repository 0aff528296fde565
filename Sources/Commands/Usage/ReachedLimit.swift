package import Events

/// Which limit of the tenant a command has met.
package struct ReachedLimit: Codable, Sendable, Equatable {
    package var meter: Meter
    /// The hard limit, in units of the meter.
    package var limit: Int64
    /// What was used when the command was judged.
    package var used: Int64
    /// When the count begins anew; nil for a meter that does not.
    package var periodEnd: Timestamp?

    package init(meter: Meter, limit: Int64, used: Int64, periodEnd: Timestamp?) {
        self.meter = meter
        self.limit = limit
        self.used = used
        self.periodEnd = periodEnd
    }

    var message: String {
        let start = "The limit of \(limit) \(meter.rawValue) is reached: there are \(used)"
        return periodEnd.map { "\(start) in this month, which ends at \($0)." } ?? "\(start)."
    }
}
