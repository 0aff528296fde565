/// `Int` is `int8`. Any integer type reads any integer column whose value fits.
protocol PostgresInteger: PostgresScalar, FixedWidthInteger {}

extension PostgresInteger {
    package var postgresSize: Int { MemoryLayout<Self>.size }

    package func write(to cursor: inout PostgresCursor) {
        cursor.write(self)
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        let bytes = try field.nonNull(as: Self.self)
        let value: Self? =
            switch (field.type, bytes.count) {
            case (.int8, 8): Self(exactly: bytes.number(as: Int64.self))
            case (.int4, 4): Self(exactly: bytes.number(as: Int32.self))
            case (.int2, 2): Self(exactly: bytes.number(as: Int16.self))
            case (.oid, 4): Self(exactly: bytes.number(as: UInt32.self))
            default: nil
            }
        guard let value else { throw field.mismatch(Self.self) }
        self = value
    }
}

extension Int16: PostgresInteger {
    package static var postgresType: PostgresType { .int2 }
    package static var postgresArrayType: PostgresType { .int2Array }
}

extension Int32: PostgresInteger {
    package static var postgresType: PostgresType { .int4 }
    package static var postgresArrayType: PostgresType { .int4Array }
}

extension Int64: PostgresInteger {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }
}

extension Int: PostgresInteger {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }
}

extension Double: PostgresScalar {
    package static var postgresType: PostgresType { .float8 }
    package static var postgresArrayType: PostgresType { .float8Array }
    package var postgresSize: Int { 8 }

    package func write(to cursor: inout PostgresCursor) {
        cursor.write(bitPattern)
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        let bytes = try field.nonNull(as: Double.self)
        switch (field.type, bytes.count) {
        case (.float8, 8): self.init(bitPattern: bytes.number())
        case (.float4, 4): self.init(Float(bitPattern: bytes.number()))
        default: throw field.mismatch(Double.self)
        }
    }
}

extension Bool: PostgresScalar {
    package static var postgresType: PostgresType { .bool }
    package static var postgresArrayType: PostgresType { .boolArray }
    package var postgresSize: Int { 1 }

    package func write(to cursor: inout PostgresCursor) {
        cursor.write(self ? 1 : 0 as UInt8)
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        let bytes = try field.nonNull(as: Bool.self)
        guard field.type == .bool, bytes.count == 1 else { throw field.mismatch(Bool.self) }
        self = bytes[0] != 0
    }
}
