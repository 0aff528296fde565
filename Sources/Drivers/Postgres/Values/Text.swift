extension String: PostgresScalar {
    package static var postgresType: PostgresType { .text }
    package static var postgresArrayType: PostgresType { .textArray }
    package var postgresSize: Int { utf8.count }

    package func write(to cursor: inout PostgresCursor) {
        var text = self
        text.withUTF8 { cursor.write(UnsafeRawBufferPointer($0)) }
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        let bytes = try field.nonNull(as: String.self)
        switch field.type {
        case .text, .varchar, .bpchar, .name, .char, .unknown, .json:
            self.init(decoding: bytes, as: UTF8.self)
        case .jsonb:
            self.init(decoding: bytes.dropFirst(), as: UTF8.self)
        case let type where type.isUserDefined:
            self.init(decoding: bytes, as: UTF8.self)
        default:
            throw field.mismatch(String.self)
        }
    }
}

/// JSON as its text's bytes. Binds as `json`, which an insert casts to a `jsonb` column by itself; reads both.
package struct PostgresJSON: PostgresScalar, Hashable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static var postgresType: PostgresType { .json }
    package static var postgresArrayType: PostgresType { .jsonArray }
    package var postgresSize: Int { bytes.count }

    package func write(to cursor: inout PostgresCursor) {
        bytes.withUnsafeBytes { cursor.write($0) }
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        let bytes = try field.nonNull(as: PostgresJSON.self)
        switch field.type {
        case .json: self.init(Array(bytes))
        // jsonb's binary form is a version byte, then the text.
        case .jsonb where bytes.first == 1: self.init(Array(bytes.dropFirst()))
        default: throw field.mismatch(PostgresJSON.self)
        }
    }
}
