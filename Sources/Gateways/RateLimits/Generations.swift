/// A dictionary that takes no more room than `2 * capacity` entries: two generations, of which the older is dropped when the younger
/// is full. What is used moves to the younger, so an entry is forgotten only when `capacity` others have come since its last use.
struct Generations<Key: Hashable, Value> {
    private let capacity: Int
    private var younger: [Key: Value] = [:]
    private var older: [Key: Value] = [:]

    init(capacity: Int) {
        precondition(capacity > 0, "without room nothing would be remembered")
        self.capacity = capacity
    }

    var count: Int { younger.count + older.count }

    mutating func find(_ key: Key) -> Value? {
        if let value = younger[key] { return value }
        guard let value = older[key] else { return nil }
        keep(value, for: key)
        return value
    }

    mutating func keep(_ value: Value, for key: Key) {
        if younger.count >= capacity, younger[key] == nil {
            older = younger
            younger = [:]
        }
        older[key] = nil
        younger[key] = value
    }
}
