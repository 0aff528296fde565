// `[UInt8]` is `bytea`, though it is an array: a byte is no type of its own in Postgres.

extension UInt8: PostgresElement {
    package static var postgresArrayType: PostgresType { .bytea }

    package static func encode(_ array: [UInt8], into buffer: inout PostgresBuffer) {
        buffer.extend(by: 4 + array.count) { cursor in
            cursor.write(Int32(array.count))
            array.write(to: &cursor)
        }
    }

    package static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [UInt8] {
        let bytes = try field.nonNull(as: [UInt8].self)
        guard field.type == .bytea else { throw field.mismatch([UInt8].self) }
        return Array(bytes)
    }
}

extension [UInt8]: PostgresElement, PostgresScalar {
    package static var postgresArrayType: PostgresType { .byteaArray }
    package var postgresSize: Int { count }

    package func write(to cursor: inout PostgresCursor) {
        withUnsafeBytes { cursor.write($0) }
    }
}

/// A `"char"[]`: one byte an element.
package struct PostgresChars: PostgresBindable, PostgresDecodable, Hashable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static var postgresType: PostgresType { .charArray }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.extend(byArrayOf: bytes.count, type: .char, size: 5 * bytes.count, hasNulls: false) { cursor in
            for byte in bytes {
                cursor.write(Int32(1))
                cursor.write(byte)
            }
        }
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        guard field.type == .charArray else { throw field.mismatch(PostgresChars.self) }
        bytes = try field.elements { (element) throws(PostgresError) in
            try element.nonNull(as: PostgresChars.self)[0]
        }
    }
}
