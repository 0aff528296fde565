/// Fields in Postgres's binary format, one after the other in one allocation; binds and COPY rows are both made of them.
///
///     ┌───────────────────┬──────────────┐
///     │ length: be32      │ length bytes │      length -1: NULL, no bytes
///     └───────────────────┴──────────────┘
package struct PostgresBuffer: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var count: Int { bytes.count }

    /// Appends NULL as a field.
    package mutating func appendNull() {
        extend(by: 4) { $0.write(Int32(-1)) }
    }

    /// Makes room for `count` bytes and lends it to `body`, which must fill it.
    package mutating func extend(by count: Int, _ body: (inout PostgresCursor) -> Void) {
        // By itself this append would grow to just what it needs, and copy everything at each of many values.
        if bytes.capacity - bytes.count < count { bytes.reserveCapacity(max(bytes.count + count, 2 * bytes.capacity)) }
        bytes.append(addingCapacity: count) { output in
            output.withUnsafeMutableBufferPointer { buffer, initialized in
                var cursor = PostgresCursor(UnsafeMutableRawBufferPointer(buffer))
                body(&cursor)
                precondition(cursor.left == 0, "the value took another size than it said")
                initialized = count
            }
        }
    }

    package mutating func append(_ other: PostgresBuffer) {
        bytes.append(contentsOf: other.bytes)
    }

    package mutating func append(_ raw: some Collection<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }
}

/// Writes into a piece of memory from front to back, numbers big-endian. Valid only inside the call that lends it.
package struct PostgresCursor {
    private var room: UnsafeMutableRawBufferPointer

    init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    package var left: Int { room.count }

    package mutating func write(_ value: some FixedWidthInteger) {
        take(MemoryLayout.size(ofValue: value)).storeBytes(of: value.bigEndian, as: type(of: value))
    }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        take(bytes.count).copyMemory(from: bytes)
    }

    private mutating func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
        precondition(count <= room.count, "the value took more room than it said")
        defer { room = UnsafeMutableRawBufferPointer(rebasing: room[count...]) }
        return UnsafeMutableRawBufferPointer(rebasing: room[..<count])
    }
}
