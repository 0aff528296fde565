/// A calendar day in UTC: `2026-11-22`.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Since 1970-01-01.
    private let number: Int64

    private static let length: Int64 = 86_400_000_000

    private init(number: Int64) { self.number = number }

    /// The day that the moment lies in.
    package init(of time: Timestamp) {
        let (quotient, remainder) = time.microseconds.quotientAndRemainder(dividingBy: Self.length)
        number = remainder < 0 ? quotient - 1 : quotient
    }

    /// Reads `2026-11-22`, years 1 to 9999; nil for any other text.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 10, let time = Timestamp("\(text)T00:00:00Z") else { return nil }
        self.init(of: time)
    }

    /// Its first moment.
    package var start: Timestamp { Timestamp(microseconds: number * Self.length) }

    package var description: String { String(start.description.prefix(10)) }

    package static func < (a: Day, b: Day) -> Bool { a.number < b.number }

    /// How many days lie between.
    package static func - (a: Day, b: Day) -> Int { Int(a.number - b.number) }

    package static func - (day: Day, days: Int) -> Day { Day(number: day.number - Int64(days)) }
}
