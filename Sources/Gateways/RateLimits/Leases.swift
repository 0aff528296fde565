/// Units that this process has taken from Redis ahead of the requests that will spend them, so that most requests need not ask.
///
/// They are taken only while more than half of a limit is left, a fiftieth of it at a time and at most 100; near the limit every
/// request is asked about. They count in Redis from the moment they were taken and are good for a second. So a process lets through
/// at most a fiftieth of a limit later than it was counted, and what it does not spend is counted for nothing.
struct Leases {
    private struct Entry {
        var units = 0
        /// In Redis, with all of the units in it, when they were taken.
        var level = 0
        var since: ContinuousClock.Instant
        /// When Redis was asked for more, until it answers.
        var askedAt: ContinuousClock.Instant?
    }

    private static let life: Duration = .seconds(1)

    private var entries: Generations<RateKey, Entry>

    init(capacity: Int) { entries = Generations(capacity: capacity) }

    /// The level that a charge leaves, if there are units for it.
    mutating func spend(_ charge: LocalMeters.Charge, at now: ContinuousClock.Instant) -> Int? {
        guard charge.cost > 0, var entry = entries.find(charge.key), now - entry.since < Self.life,
            entry.units >= charge.cost
        else { return nil }
        entry.units -= charge.cost
        entries.keep(entry, for: charge.key)
        let drained = Meter.level(entry.level, of: charge.rule, afterMS: Int((now - entry.since) / .milliseconds(1)))
        return max(charge.cost * charge.rule.windowMS, drained - entry.units * charge.rule.windowMS)
    }

    /// Gives back what was spent on a request that another rule refused.
    mutating func giveBack(_ charge: LocalMeters.Charge) {
        guard var entry = entries.find(charge.key) else { return }
        entry.units += charge.cost
        entries.keep(entry, for: charge.key)
    }

    /// How many units whoever asks Redis now is to take beside the charge: of many who ask at a time only one takes some.
    mutating func demand(for charge: LocalMeters.Charge, at now: ContinuousClock.Instant) -> Int {
        let size = min(charge.rule.limit / 50, 100)
        guard charge.cost > 0, size > 1 else { return 0 }
        var entry = entries.find(charge.key) ?? Entry(since: now)
        if let asked = entry.askedAt, now - asked < Self.life { return 0 }
        entry.askedAt = now
        entries.keep(entry, for: charge.key)
        return size
    }

    /// Keeps what was taken beside a charge that was to take some.
    mutating func keep(_ units: Int, of charge: LocalMeters.Charge, level: Int, at now: ContinuousClock.Instant) {
        entries.keep(Entry(units: units, level: level, since: now), for: charge.key)
    }
}
