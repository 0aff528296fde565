import Events
import Testing

struct MonthTests {
    @Test(arguments: [
        ("2026-11-01T00:00:00Z", "2026-11"), ("2026-11-30T23:59:59.999999Z", "2026-11"),
        ("2026-12-31T23:59:59.999999Z", "2026-12"), ("2024-02-29T12:00:00Z", "2024-02"),
        ("1969-12-31T23:59:59.999999Z", "1969-12"), ("2026-12-01T00:30:00+01:00", "2026-11"),
    ])
    func `a moment lies in a month in UTC`(time: String, month: String) throws {
        let time = try #require(Timestamp(time))
        let month = try #require(Month(month))
        #expect(Month(of: time) == month)
        #expect(month.start <= time && time < month.end)
    }

    @Test func `months follow each other without a gap`() throws {
        var month = try #require(Month("1999-11"))
        for _ in 0..<60 {
            #expect(month.end == month.next.start && month < month.next)
            #expect(Month(month.description) == month)
            month = month.next
        }
        #expect(month.description == "2004-11")
    }

    @Test(arguments: ["", "2026-13", "2026-00", "2026-1", "2026-011", "0000-01", "2026_01", "abcd-01"])
    func `what is no month is none`(text: String) {
        #expect(Month(text) == nil)
    }

    @Test func `days are read, written and counted`() throws {
        let day = try #require(Day("2026-03-01"))
        #expect("\(day)" == "2026-03-01" && "\(day - 1)" == "2026-02-28")
        #expect(Day("2026-02-29") == nil && Day("2026-2-28") == nil)
        #expect(day - (day - 40) == 40)
    }
}
