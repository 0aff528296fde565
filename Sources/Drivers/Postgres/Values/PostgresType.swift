/// A type's object id: the same number in every database for built-in types (`pg_type.dat`), any above 16383 for others.
package struct PostgresType: Hashable, Sendable, CustomStringConvertible {
    package let oid: UInt32

    package init(_ oid: UInt32) {
        self.oid = oid
    }

    package static let bool = PostgresType(16)
    package static let bytea = PostgresType(17)
    package static let char = PostgresType(18)
    package static let name = PostgresType(19)
    package static let int8 = PostgresType(20)
    package static let int2 = PostgresType(21)
    package static let int4 = PostgresType(23)
    package static let text = PostgresType(25)
    package static let oid = PostgresType(26)
    package static let json = PostgresType(114)
    package static let jsonArray = PostgresType(199)
    package static let float4 = PostgresType(700)
    package static let float8 = PostgresType(701)
    package static let unknown = PostgresType(705)
    package static let boolArray = PostgresType(1000)
    package static let byteaArray = PostgresType(1001)
    package static let charArray = PostgresType(1002)
    package static let int2Array = PostgresType(1005)
    package static let int4Array = PostgresType(1007)
    package static let textArray = PostgresType(1009)
    package static let int8Array = PostgresType(1016)
    package static let float8Array = PostgresType(1022)
    package static let bpchar = PostgresType(1042)
    package static let varchar = PostgresType(1043)
    package static let timestamptz = PostgresType(1184)
    package static let timestamptzArray = PostgresType(1185)
    package static let uuid = PostgresType(2950)
    package static let uuidArray = PostgresType(2951)
    package static let jsonb = PostgresType(3802)

    /// An enum, domain or extension's type.
    package var isUserDefined: Bool { oid >= 16384 }

    package var description: String { "type \(oid)" }
}
