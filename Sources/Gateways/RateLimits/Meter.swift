/// How much of a rule a subject has used: what Redis keeps of it, and what a process keeps while Redis is away.
///
/// The level is in units of `1 / window` milliseconds, so that every number is an integer: a request raises it by
/// `cost * window`, a millisecond lowers it by `limit`, and it never exceeds `limit * window`.
enum Meter {
    static func level(_ level: Int, of rule: RateRule, afterMS elapsed: Int) -> Int {
        let (drained, overflow) = rule.limit.multipliedReportingOverflow(by: max(0, elapsed))
        return overflow ? 0 : max(0, level - drained)
    }

    static func fits(_ cost: Int, in rule: RateRule, at level: Int) -> Bool {
        cost <= rule.limit && level + cost * rule.windowMS <= rule.limit * rule.windowMS
    }
}

/// How one rule stands after a decision.
package struct RateStanding: Sendable, Hashable {
    package let rule: RateRule
    /// Whether the rule itself has let the request through; another may have refused it.
    package let isAllowed: Bool
    /// How much would be let through now.
    package let remaining: Int
    /// Seconds until the whole limit is there again, rounded up.
    package let resetSeconds: Int
    /// Seconds until the same request would be let through by this rule, rounded up: 0 if it was, nil if never.
    package let retrySeconds: Int?

    /// - Parameter level: with the cost in it if every rule has allowed it.
    init(_ rule: RateRule, level: Int, cost: Int, taken: Bool) {
        self.rule = rule
        let room = rule.limit * rule.windowMS - level
        isAllowed = taken || Meter.fits(cost, in: rule, at: level)
        remaining = room / rule.windowMS
        resetSeconds = Self.seconds(toDrain: level, rule)
        retrySeconds =
            isAllowed ? 0 : cost > rule.limit ? nil : Self.seconds(toDrain: cost * rule.windowMS - room, rule)
    }

    private static func seconds(toDrain level: Int, _ rule: RateRule) -> Int {
        let perSecond = rule.limit * 1000
        return (level + perSecond - 1) / perSecond
    }
}
