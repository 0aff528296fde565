/// Which statements the server has prepared, the least recently used forgotten first.
struct StatementCache {
    /// The same text with other types is another statement.
    struct Key: Hashable {
        let text: String
        let types: [PostgresType]

        init(_ sql: SQL) {
            text = sql.text
            types = sql.binds.types
        }
    }

    private struct Entry {
        let name: String
        var lastUse: Int
    }

    let limit: Int
    private var entries: [Key: Entry] = [:]
    private var uses = 0
    private var names = 0
    /// Names that the server still has and we have not.
    private(set) var dropped: [String] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// The statement's name, if it is prepared; counts as a use.
    mutating func name(of key: Key) -> String? {
        uses += 1
        entries[key]?.lastUse = uses
        return entries[key]?.name
    }

    /// A name that the connection has not used yet.
    mutating func newName() -> String {
        names += 1
        return "daybook_\(names)"
    }

    mutating func add(_ name: String, for key: Key) {
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            forget(oldest.key)
        }
        uses += 1
        entries[key] = Entry(name: name, lastUse: uses)
    }

    mutating func forget(_ key: Key) {
        if let entry = entries.removeValue(forKey: key) { dropped.append(entry.name) }
    }

    mutating func takeDropped() -> [String] {
        defer { dropped = [] }
        return dropped
    }
}
