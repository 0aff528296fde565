internal import Crypto

/// What was found lately under tokens' hashes: a session, or nothing. Bounded, and the least used go first.
///
/// Two generations make it so: what is found in the older one moves to the younger, and when the younger one is half of the
/// capacity it becomes the older one and what that held is forgotten.
struct SessionCache<Value> {
    private struct Entry {
        let value: Value
        let until: ContinuousClock.Instant
    }

    private let capacity: Int
    private var young: [SHA256.Digest: Entry] = [:]
    private var old: [SHA256.Digest: Entry] = [:]

    init(capacity: Int) { self.capacity = capacity }

    mutating func find(_ hash: SHA256.Digest, at now: ContinuousClock.Instant) -> Value? {
        if let entry = young[hash] { return entry.until > now ? entry.value : nil }
        guard let entry = old[hash], entry.until > now else { return nil }
        insert(entry, for: hash)
        return entry.value
    }

    mutating func keep(_ value: Value, for hash: SHA256.Digest, until: ContinuousClock.Instant) {
        insert(Entry(value: value, until: until), for: hash)
    }

    private mutating func insert(_ entry: Entry, for hash: SHA256.Digest) {
        if young.count >= capacity / 2 {
            old = young
            young = [:]
        }
        young[hash] = entry
    }
}
