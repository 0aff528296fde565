/// The values of a statement's `$1`, `$2` …, in binary, in one buffer.
///
/// Who sends large values again and again keeps one and empties it, since malloc gives a large buffer back to the system
/// and gets it anew each time, which costs more than to fill it:
///
///     binds.removeAll()
///     binds.append(keys)
///     try connection.execute(SQL("SELECT es.append($1)", binds: binds))
package struct PostgresBinds: Sendable {
    private(set) var types: [PostgresType] = []
    /// Where each field begins in the buffer.
    private var offsets: [Int] = []
    private var buffer = PostgresBuffer()

    package init() {}

    package var count: Int { types.count }

    package mutating func append<Value: PostgresBindable>(_ value: Value) {
        types.append(Value.postgresType)
        offsets.append(buffer.count)
        value.encode(into: &buffer)
    }

    package mutating func append(_ other: PostgresBinds) {
        let start = buffer.count
        types += other.types
        for offset in other.offsets { offsets.append(start + offset) }
        buffer.append(other.buffer)
    }

    /// Takes all values out and keeps the room that they took.
    package mutating func removeAll() {
        types.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        buffer.removeAll()
    }

    /// Lends the values as libpq wants them: a pointer, a length and a format (1, binary) each; NULL is a null pointer.
    func withParameters<Result>(
        _ body: (
            _ values: UnsafeMutablePointer<UnsafePointer<CChar>?>,
            _ lengths: UnsafeMutablePointer<Int32>,
            _ formats: UnsafeMutablePointer<Int32>
        ) -> Result
    ) -> Result {
        let count = max(offsets.count, 1)
        return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
                buffer.bytes.withUnsafeBytes { bytes in
                    for (index, offset) in offsets.enumerated() {
                        let length = bytes.number(at: offset, as: Int32.self)
                        // A field's bytes follow its length, so there is an address even for an empty value.
                        let value = (bytes.baseAddress! + offset + 4).assumingMemoryBound(to: CChar.self)
                        values.initializeElement(at: index, to: length < 0 ? nil : value)
                        numbers.initializeElement(at: index, to: max(length, 0))
                        numbers.initializeElement(at: count + index, to: 1)
                    }
                    return body(values.baseAddress!, numbers.baseAddress!, numbers.baseAddress! + count)
                }
            }
        }
    }
}
