/// A calendar month in UTC, the period by which usage is counted and billed: `2026-11`.
package struct Month: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Of the proleptic Gregorian calendar, 1 to 9999.
    package let year: Int
    /// 1 to 12.
    package let month: Int

    /// The month that the moment lies in.
    package init(of time: Timestamp) {
        let (year, month, _) = Timestamp.civil(days: time.microseconds.floored(by: Self.day))
        self.init(year: Int(year), month: Int(month))
    }

    private init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// Reads `2026-11`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 7, let time = Timestamp("\(text)-01T00:00:00Z") else { return nil }
        self.init(of: time)
    }

    /// Its first moment.
    package var start: Timestamp {
        Timestamp(microseconds: Timestamp.days(year: Int64(year), month: Int64(month), day: 1) * Self.day)
    }

    /// The first moment that is no longer in it.
    package var end: Timestamp { next.start }

    package var next: Month {
        month == 12 ? Month(year: year + 1, month: 1) : Month(year: year, month: month + 1)
    }

    package var description: String {
        let year = String(year)
        return String(repeating: "0", count: 4 - year.count) + year + (month < 10 ? "-0" : "-") + String(month)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let month = Month(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a month")
        }
        self = month
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (a: Self, b: Self) -> Bool { (a.year, a.month) < (b.year, b.month) }

    /// Microseconds.
    private static let day: Int64 = 86_400_000_000
}

extension Int64 {
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
