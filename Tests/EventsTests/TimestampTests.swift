import Events
import Foundation
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
        "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+00:01",
    ])
    func `what is no time is refused`(text: String) {
        #expect(Timestamp(text) == nil)
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
