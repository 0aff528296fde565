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
        var size = 0
        var hasNulls = false
        for element in array {
            size += 4 + (element?.postgresSize ?? 0)
            if element == nil { hasNulls = true }
        }
        let type = Wrapped.postgresType
        buffer.extend(byArrayOf: array.count, type: type, size: size, hasNulls: hasNulls) { cursor in
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

    package static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [Wrapped?] {
        try field.elements { (element) throws(PostgresError) in try Wrapped?(postgres: element) }
    }
}
