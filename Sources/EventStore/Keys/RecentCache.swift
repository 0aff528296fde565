/// A bounded dictionary that forgets what was not used lately, and everything that is older than `maximumAge`.
///
/// Two generations: a new or used entry goes into the young one; when that is full it becomes the old one, and what was
/// left in the old one is gone. So the last `capacity / 2` used entries are always there, at the cost of two look-ups.
struct RecentCache<Key: Hashable, Value> {
    private struct Entry {
        let value: Value
        let expires: ContinuousClock.Instant
    }

    private let capacity: Int
    private let maximumAge: Duration
    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]

    init(capacity: Int, maximumAge: Duration) {
        precondition(capacity >= 2, "there are two generations")
        self.capacity = capacity
        self.maximumAge = maximumAge
    }

    /// Reading an entry counts as a use. Setting nil forgets it.
    subscript(key: Key) -> Value? {
        mutating get {
            guard let entry = young[key] ?? old[key], entry.expires > .now else { return nil }
            if young[key] == nil { insert(entry, for: key) }
            return entry.value
        }
        set {
            old[key] = nil
            guard let newValue else {
                young[key] = nil
                return
            }
            insert(Entry(value: newValue, expires: .now + maximumAge), for: key)
        }
    }

    private mutating func insert(_ entry: Entry, for key: Key) {
        if young.count >= capacity / 2, young[key] == nil { (old, young) = (young, [:]) }
        young[key] = entry
    }
}
