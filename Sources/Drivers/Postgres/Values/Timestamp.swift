package import FoundationEssentials

/// A moment as Postgres keeps it, exact to the microsecond: a `timestamptz`.
package struct PostgresTimestamp: PostgresScalar, Hashable, Comparable {
    package let microsecondsSince1970: Int64

    package init(microsecondsSince1970: Int64) {
        self.microsecondsSince1970 = microsecondsSince1970
    }

    /// The nearest microsecond.
    package init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        let microseconds = ((date.timeIntervalSince1970 - seconds) * 1_000_000).rounded()
        microsecondsSince1970 = Int64(seconds) * 1_000_000 + Int64(microseconds)
    }

    package static var now: PostgresTimestamp { PostgresTimestamp(Date()) }

    /// As near as a `Date` comes, which is within a quarter of a microsecond in this century: back and forth is exact.
    package var date: Date {
        let (seconds, microseconds) = microsecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000)
        return Date(timeIntervalSince1970: Double(seconds) + Double(microseconds) / 1_000_000)
    }

    package static func < (a: Self, b: Self) -> Bool {
        a.microsecondsSince1970 < b.microsecondsSince1970
    }

    /// Postgres counts from the start of 2000.
    private static let epoch: Int64 = 946_684_800_000_000

    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresArrayType: PostgresType { .timestamptzArray }
    package var postgresSize: Int { 8 }

    package func write(to cursor: inout PostgresCursor) {
        cursor.write(microsecondsSince1970 - Self.epoch)
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        let bytes = try field.nonNull(as: PostgresTimestamp.self)
        guard field.type == .timestamptz, bytes.count == 8 else { throw field.mismatch(PostgresTimestamp.self) }
        let sent = bytes.number(as: Int64.self)
        let (microseconds, isBeyond) = sent.addingReportingOverflow(Self.epoch)
        // The two ends mean -infinity and infinity; the last year that Postgres knows overflows too.
        guard sent != .min, !isBeyond else { throw field.mismatch(PostgresTimestamp.self) }
        microsecondsSince1970 = microseconds
    }
}

extension Date: PostgresScalar {
    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresArrayType: PostgresType { .timestamptzArray }
    package var postgresSize: Int { 8 }

    package func write(to cursor: inout PostgresCursor) {
        PostgresTimestamp(self).write(to: &cursor)
    }

    package init(postgres field: PostgresField) throws(PostgresError) {
        self = try PostgresTimestamp(postgres: field).date
    }
}
