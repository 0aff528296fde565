/// What an array's elements decide: how the array is written and read. So `[Int32]` is `int4[]`, `[[UInt8]]` is `bytea[]`,
/// but `[UInt8]` is one `bytea`.
package protocol PostgresElement: Sendable {
    /// The type of an array of these.
    static var postgresArrayType: PostgresType { get }

    /// Appends the array as one field.
    static func encode(_ array: [Self], into buffer: inout PostgresBuffer)

    static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [Self]
}

extension Array: PostgresBindable where Element: PostgresElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }

    package func encode(into buffer: inout PostgresBuffer) {
        Element.encode(self, into: &buffer)
    }
}

extension Array: PostgresDecodable where Element: PostgresElement {
    package init(postgres field: PostgresField) throws(PostgresError) {
        self = try Element.decodeArray(field)
    }
}

// The binary format of an array, `array_send` in Postgres's arrayfuncs.c; all numbers are be32.
//
//     ┌────────────┬───────────┬──────────────┬───────┬──────────────┬─────────────────────┐
//     │ dimensions │ has nulls │ element type │ count │ lower bound 1 │ fields of elements │
//     └────────────┴───────────┴──────────────┴───────┴──────────────┴─────────────────────┘
//
// An empty array has no dimensions and ends after the element type.

extension PostgresBuffer {
    /// Appends an array's field: `body` writes the elements' fields, `size` bytes in all.
    mutating func extend(
        byArrayOf count: Int,
        type: PostgresType,
        size: Int,
        hasNulls: Bool,
        _ body: (inout PostgresCursor) -> Void
    ) {
        let header = count == 0 ? 12 : 20
        extend(by: 4 + header + size) { cursor in
            cursor.write(Int32(header + size))
            cursor.write(Int32(count == 0 ? 0 : 1))
            cursor.write(Int32(hasNulls ? 1 : 0))
            cursor.write(type.oid)
            guard count > 0 else { return }
            cursor.write(Int32(count))
            cursor.write(Int32(1))
            body(&cursor)
        }
    }
}

extension PostgresField {
    /// The elements of a one-dimensional array.
    func elements<Element>(
        _ decode: (PostgresField) throws(PostgresError) -> Element
    ) throws(PostgresError) -> [Element] {
        let bytes = try nonNull(as: [Element].self)
        guard bytes.count >= 12 else { throw mismatch([Element].self) }
        let dimensions = bytes.number(at: 0, as: Int32.self)
        if dimensions == 0 { return [] }
        guard dimensions == 1, bytes.count >= 20 else { throw mismatch([Element].self) }
        let type = PostgresType(bytes.number(at: 8))
        let count = Int(bytes.number(at: 12, as: Int32.self))
        guard (0...bytes.count / 4).contains(count) else { throw mismatch([Element].self) }

        var elements: [Element] = []
        elements.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            guard offset + 4 <= bytes.count else { throw mismatch([Element].self) }
            let length = Int(bytes.number(at: offset, as: Int32.self))
            offset += 4
            guard length >= 0 else {
                elements.append(try decode(PostgresField(type: type, bytes: nil)))
                continue
            }
            guard offset + length <= bytes.count else { throw mismatch([Element].self) }
            let element = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            elements.append(try decode(PostgresField(type: type, bytes: element)))
            offset += length
        }
        return elements
    }
}
