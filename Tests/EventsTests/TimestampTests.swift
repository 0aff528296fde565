import Events
import Foundation
import TestSupport
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.000001Z", 1),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2018-11-05T19:30:43.000100Z", 1_541_446_243_000_100),
            ("2018-11-05t20:30:43.0001+01:00", 1_541_446_243_000_100),
            ("2018-11-05T14:00:43.000100-05:30", 1_541_446_243_000_100),
            ("2000-02-29T12:00:00Z", 951_825_600_000_000),
            ("2024-02-29T23:59:60Z", 1_709_251_200_000_000),
            ("1900-02-28T00:00:00z", -2_203_977_600_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2026-01-01T00:00:00.1234567Z", 1_767_225_600_123_456),
            ("2026-01-01T00:30:00+01:00", 1_767_223_800_000_000),
            ("2026-01-01T00:00:00.1Z", 1_767_225_600_100_000),
            ("2026-01-01T00:00:00.12345Z", 1_767_225_600_123_450),
            ("2026-01-01T00:00:00.000000999999999999999999999Z", 1_767_225_600_000_000),
            ("2026-01-01T00:00:00.9-00:00", 1_767_225_600_900_000),
            ("2016-12-31T23:59:60.5Z", 1_483_228_800_500_000),
            ("2016-12-31T18:29:60-05:30", 1_483_228_800_000_000),
            ("2025-12-31T00:01:00-23:59", 1_767_225_600_000_000),
            ("2400-02-29T00:00:00Z", 13_574_563_200_000_000),
        ] as [(String, Int64)]
    )
    func `RFC 3339 is read to the microsecond`(text: String, microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-1-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+0100", "0000-01-01T00:00:00Z", "2026-01-01T00:00:00Z ", "+2026-01-01T00:00:00Z",
        "٢٠٢٦-01-01T00:00:00Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60",
        "2026-01-01T00:00:00.+01:00", "2026-01-01T00:00:00.1", "2026-01-01T00:00:00.1 Z", "2026-01-01T00:00:00.1.2Z",
        "2026-01-01T00:00:00Z+01:00", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00±01:00",
        "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:0", "2026-01-01T00:00Z", "02026-01-01T00:00:00Z",
        "-2026-01-01T00:00:00Z",
        "2026-06-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T-1:00:00Z", "2026-01-01T00:00:00Z\0",
        "2026-01-01T00:00:00Z\u{301}", "2026-01-01T00:00:00.１Z", " 2026-01-01T00:00:00Z", "2026/01/01T00:00:00Z",
        "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+00:01",
    ])
    func `what is no time is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `whatever is done to a time, it is read as the grammar says`() {
        let bytes = Array("0123456789-+:.TtZz /".utf8)
        var random = Seeded(1)
        for time in ["2024-02-29T11:12:13.123456Z", "0001-11-12T00:12:59z", "9999-12-31t23:12:13.1+01:12"] {
            #expect(Timestamp(time)?.microseconds == Self.reading(time) && Timestamp(time) != nil)
            for _ in 0..<1500 {
                var changed = Array(time.utf8)
                for _ in 0...random.next() % 2 {
                    let place = Int(random.next() % UInt64(changed.count))
                    switch random.next() % 6 {
                    case 0: changed.remove(at: place)
                    case 1: changed.insert(random.pick(bytes), at: place)
                    default: changed[place] = random.pick(bytes)
                    }
                }
                let text = String(decoding: changed, as: UTF8.self)
                #expect(Timestamp(text)?.microseconds == Self.reading(text), "\(text)")
            }
        }
    }

    /// The grammar as a regular expression, and the calendar as everybody knows it.
    private static func reading(_ text: String) -> Int64? {
        let grammar = #/(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))/#
        guard let match = text.wholeMatch(of: grammar)?.output else { return nil }
        func number(_ digits: Substring?) -> Int { digits.flatMap { Int($0) } ?? 0 }
        let (year, month, day) = (number(match.1), number(match.2), number(match.3))
        let (hour, minute, second) = (number(match.4), number(match.5), number(match.6))
        let (hours, minutes) = (number(match.9), number(match.10))
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let months = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year > 0, (1...12).contains(month), (1...months[month - 1]).contains(day), hour < 24, minute < 60,
            second <= 60, hours < 24, minutes < 60
        else { return nil }
        let before = year - 1
        let days =
            before * 365 + before / 4 - before / 100 + before / 400 + months[..<(month - 1)].reduce(0, +) + day - 1
        let ahead = (hours * 60 + minutes) * (match.8 == "-" ? -60 : 60)
        let seconds = (days * 24 + hour) * 3600 + minute * 60 + second - ahead
        guard (0..<3_652_059 * 86_400).contains(seconds) else { return nil }
        let fraction = Int((match.7 ?? "").prefix(6).padding(toLength: 6, withPad: "0", startingAt: 0)) ?? 0
        return Int64((seconds - 719_162 * 86_400) * 1_000_000 + fraction)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (1_541_446_243_000_100, "2018-11-05T19:30:43.000100Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
            (951_825_600_000_000, "2000-02-29T12:00:00.000000Z"),
        ] as [(Int64, String)]
    )
    func `it is written in UTC with six decimals`(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test func `days of 800 years come back, and agree with Foundation`() {
        let formatter = Date.ISO8601FormatStyle(timeZone: .gmt)
        let centuries = [-98_556, -62_032, -25_508, 11_017, 47_541].flatMap { $0 - 3...$0 + 63 }
        for number in Array(stride(from: -135_140, to: 157_000, by: 97)) + centuries {
            let time = Timestamp(microseconds: Int64(number) * 86_400_000_000 + 1)
            let date = Date(timeIntervalSince1970: Double(number) * 86_400)
            #expect(time.description.prefix(10) == formatter.format(date).prefix(10))
            #expect(Timestamp(time.description) == time)
        }
    }

    @Test func `times are ordered and have distances`() {
        let (a, b) = (Timestamp(microseconds: 5), Timestamp(microseconds: 1_000_005))
        #expect(a < b)
        #expect(b - a == .seconds(1))
    }

    @Test func `it is a text in JSON`() throws {
        let time = Timestamp(microseconds: 100)
        let json = try JSONEncoder().encode([time])
        #expect(String(decoding: json, as: UTF8.self) == #"["1970-01-01T00:00:00.000100Z"]"#)
        #expect(try JSONDecoder().decode([Timestamp].self, from: json) == [time])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Timestamp].self, from: Data(#"["noon"]"#.utf8))
        }
    }
}
