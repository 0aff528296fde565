/// The meters of one process, for as long as Redis is away.
///
/// They take no more room than `2 * capacity` of them: two generations, of which the older is dropped when the younger
/// is full. A subject that is used moves to the younger, so one is forgotten only when `capacity` others have come
/// since its last request, and starts afresh then.
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

    private let capacity: Int
    private var younger: [RateKey: Entry] = [:]
    private var older: [RateKey: Entry] = [:]

    init(capacity: Int) {
        precondition(capacity > 0, "without room nothing would be limited")
        self.capacity = capacity
    }

    var count: Int { younger.count + older.count }

    /// Does what ``RateScript`` does.
    mutating func decide(_ charges: [Charge], at now: ContinuousClock.Instant) -> (isAllowed: Bool, levels: [Int]) {
        var levels = charges.map { level(of: $0, at: now) }
        let isAllowed = zip(charges, levels).allSatisfy { Meter.fits($0.cost, in: $0.rule, at: $1) }
        for (index, charge) in charges.enumerated() where isAllowed && charge.cost > 0 {
            levels[index] += charge.cost * charge.rule.windowMS
            keep(Entry(since: now, level: levels[index]), for: charge.key)
        }
        return (isAllowed, levels)
    }

    private mutating func level(of charge: Charge, at now: ContinuousClock.Instant) -> Int {
        guard let entry = younger[charge.key] ?? older[charge.key] else { return 0 }
        // One that is refused again and again is not to be forgotten for it.
        if younger[charge.key] == nil { keep(entry, for: charge.key) }
        return Meter.level(entry.level, of: charge.rule, afterMS: Int((now - entry.since) / .milliseconds(1)))
    }

    private mutating func keep(_ entry: Entry, for key: RateKey) {
        if younger.count >= capacity, younger[key] == nil {
            older = younger
            younger = [:]
        }
        older[key] = nil
        younger[key] = entry
    }
}
