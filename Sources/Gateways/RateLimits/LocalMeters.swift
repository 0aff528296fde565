/// The meters of one process, for as long as Redis is away.
///
/// A subject is forgotten only when `capacity` others have come since its last request, and starts afresh then.
struct LocalMeters {
    private struct Entry {
        let since: ContinuousClock.Instant
        let level: Int
    }

    struct Charge {
        let key: RateKey
        let rule: RateRule
        let cost: Int

        func costing(_ cost: Int) -> Charge { Charge(key: key, rule: rule, cost: cost) }
    }

    private var entries: Generations<RateKey, Entry>

    init(capacity: Int) { entries = Generations(capacity: capacity) }

    var count: Int { entries.count }

    /// Does what ``RateScript`` does.
    mutating func decide(_ charges: [Charge], at now: ContinuousClock.Instant) -> (isAllowed: Bool, levels: [Int]) {
        var levels = charges.map { level(of: $0, at: now) }
        let isAllowed = zip(charges, levels).allSatisfy { Meter.fits($0.cost, in: $0.rule, at: $1) }
        for (index, charge) in charges.enumerated() where isAllowed && charge.cost > 0 {
            levels[index] += charge.cost * charge.rule.windowMS
            entries.keep(Entry(since: now, level: levels[index]), for: charge.key)
        }
        return (isAllowed, levels)
    }

    private mutating func level(of charge: Charge, at now: ContinuousClock.Instant) -> Int {
        // One that is refused again and again is not forgotten for it.
        guard let entry = entries.find(charge.key) else { return 0 }
        return Meter.level(entry.level, of: charge.rule, afterMS: Int((now - entry.since) / .milliseconds(1)))
    }
}
