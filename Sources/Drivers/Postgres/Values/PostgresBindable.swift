/// A value that can stand in a statement for a `$n`, and in a COPY row.
package protocol PostgresBindable: Sendable {
    static var postgresType: PostgresType { get }

    /// Appends the value as one field: its length, then its bytes.
    func encode(into buffer: inout PostgresBuffer)
}

/// A value that can be read from a column.
package protocol PostgresDecodable {
    init(postgres field: PostgresField) throws(PostgresError)
}

/// One value as the server sent it, in binary format. Valid as long as the result that it comes from.
package struct PostgresField {
    package let type: PostgresType
    /// nil when the value is NULL.
    package let bytes: UnsafeRawBufferPointer?

    init(type: PostgresType, bytes: UnsafeRawBufferPointer?) {
        self.type = type
        self.bytes = bytes
    }

    /// The bytes; throws `.decoding` when the value is NULL.
    package func nonNull<T>(as _: T.Type) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard let bytes else { throw PostgresError(.decoding, "NULL is no \(T.self)") }
        return bytes
    }

    package func mismatch<T>(_: T.Type) -> PostgresError {
        PostgresError(.decoding, "\(type) of \(bytes?.count ?? 0) bytes is no \(T.self)")
    }
}

extension UnsafeRawBufferPointer {
    /// A big-endian number; the caller has checked that it is there.
    func number<T: FixedWidthInteger>(at offset: Int = 0, as _: T.Type = T.self) -> T {
        T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }
}
