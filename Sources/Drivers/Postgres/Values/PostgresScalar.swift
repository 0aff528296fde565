/// A value of one Postgres type, alone or as an element of an array.
///
/// A type with a raw value that is one needs no more than the name, so ids and enums bind and decode as what they wrap:
///
///     struct RoomID: RawRepresentable { let rawValue: UUID }
///     extension RoomID: PostgresScalar {}
package protocol PostgresScalar: PostgresBindable, PostgresDecodable, PostgresElement {
    static var postgresArrayType: PostgresType { get }

    /// How many bytes `write` writes.
    var postgresSize: Int { get }

    /// Writes exactly `postgresSize` bytes.
    func write(to cursor: inout PostgresCursor)

    // Arrays with NULL in them, as for `PostgresElement`. They are requirements so that the compiler makes one for each
    // type: a function that is generic over optionals takes 50 times as long.
    static func encode(_ array: [Self?], into buffer: inout PostgresBuffer)
    static func decodeNullableArray(_ field: PostgresField) throws(PostgresError) -> [Self?]
}

extension PostgresScalar {
    package func encode(into buffer: inout PostgresBuffer) {
        let size = postgresSize
        buffer.extend(by: 4 + size) { cursor in
            cursor.write(Int32(size))
            write(to: &cursor)
        }
    }

    package static func encode(_ array: [Self], into buffer: inout PostgresBuffer) {
        var size = 0
        for element in array { size += 4 + element.postgresSize }
        buffer.extend(byArrayOf: array.count, type: postgresType, size: size, hasNulls: false) { cursor in
            for element in array {
                cursor.write(Int32(element.postgresSize))
                element.write(to: &cursor)
            }
        }
    }

    package static func encode(_ array: [Self?], into buffer: inout PostgresBuffer) {
        var size = 0
        var hasNulls = false
        for element in array {
            size += 4 + (element?.postgresSize ?? 0)
            if element == nil { hasNulls = true }
        }
        buffer.extend(byArrayOf: array.count, type: postgresType, size: size, hasNulls: hasNulls) { cursor in
            for element in array {
                guard let element else {
                    cursor.write(Int32(-1))
                    continue
                }
                cursor.write(Int32(element.postgresSize))
                element.write(to: &cursor)
            }
        }
    }

    package static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [Self] {
        try field.elements { (element) throws(PostgresError) in try Self(postgres: element) }
    }

    package static func decodeNullableArray(_ field: PostgresField) throws(PostgresError) -> [Self?] {
        try field.elements { (element) throws(PostgresError) in
            element.bytes == nil ? nil : try Self(postgres: element)
        }
    }
}

extension PostgresScalar where Self: RawRepresentable, RawValue: PostgresScalar {
    package static var postgresType: PostgresType { RawValue.postgresType }
    package static var postgresArrayType: PostgresType { RawValue.postgresArrayType }
    package var postgresSize: Int { rawValue.postgresSize }

    package func write(to cursor: inout PostgresCursor) {
        rawValue.write(to: &cursor)
    }

    package func encode(into buffer: inout PostgresBuffer) {
        rawValue.encode(into: &buffer)
    }

    package static func encode(_ array: [Self], into buffer: inout PostgresBuffer) {
        RawValue.encode(array.map(\.rawValue), into: &buffer)
    }

    package static func encode(_ array: [Self?], into buffer: inout PostgresBuffer) {
        RawValue.encode(array.map { $0?.rawValue }, into: &buffer)
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        guard let value = Self(rawValue: try RawValue(postgres: field)) else { throw field.mismatch(Self.self) }
        self = value
    }
}
