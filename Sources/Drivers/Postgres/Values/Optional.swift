// nil is NULL, alone and as an element of an array.

extension Optional: PostgresBindable where Wrapped: PostgresBindable {
    package static var postgresType: PostgresType { Wrapped.postgresType }

    package func encode(into buffer: inout PostgresBuffer) {
        if let self { self.encode(into: &buffer) } else { buffer.appendNull() }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init(postgres field: PostgresField) throws(PostgresError) {
        self = field.bytes == nil ? nil : try Wrapped(postgres: field)
    }
}

extension Optional: PostgresElement where Wrapped: PostgresScalar {
    package static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }

    package static func encode(_ array: [Wrapped?], into buffer: inout PostgresBuffer) {
        Wrapped.encode(array, into: &buffer)
    }

    package static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [Wrapped?] {
        try Wrapped.decodeNullableArray(field)
    }
}
