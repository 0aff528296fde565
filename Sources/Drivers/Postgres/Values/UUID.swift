package import FoundationEssentials

extension UUID: PostgresScalar {
    package static var postgresType: PostgresType { .uuid }
    package static var postgresArrayType: PostgresType { .uuidArray }
    package var postgresSize: Int { 16 }

    package func write(to cursor: inout PostgresCursor) {
        withUnsafeBytes(of: uuid) { cursor.write($0) }
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        let bytes = try field.nonNull(as: UUID.self)
        guard field.type == .uuid, bytes.count == 16 else { throw field.mismatch(UUID.self) }
        self.init(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
