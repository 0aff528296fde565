package import Events

/// What a tenant was told of its usage, and up to which month it is billed, as decisions need it.
package struct Usage: Fold {
    struct Alert: Sendable, Equatable {
        let soft: Int64
        let month: Month
    }

    struct Reached: Sendable, Equatable {
        let hard: Int64
        /// Nil for a meter that does not begin anew.
        let month: Month?
    }

    /// The last soft limit that was met.
    private(set) var alerts: [Meter: Alert] = [:]
    /// The hard limits that are reached.
    private(set) var reached: [Meter: Reached] = [:]
    package private(set) var closedThrough: Month?

    package init() {}

    package mutating func apply(_ event: UsageEvent, at place: Place) {
        switch event {
        case .budgetAlerted(let meter, let soft, _, let month): alerts[meter] = Alert(soft: soft, month: month)
        case .limitReached(let meter, let hard, _, let month): reached[meter] = Reached(hard: hard, month: month)
        case .limitCleared(let meter, _): reached[meter] = nil
        case .billingPeriodClosed(let month, _): closedThrough = month
        }
    }
}
