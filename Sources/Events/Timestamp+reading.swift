extension Timestamp {
    /// Reads RFC 3339 with an offset or `Z` and decimals, of which six count, years 1 to 9999; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let microseconds = text.withUTF8({ TimestampReader.microseconds($0) }) else { return nil }
        self.init(microseconds: microseconds)
    }
}

/// Reads a time byte by byte, since imports read them by the hundred thousand and a regular expression is 100 times as slow.
///
///     2018-11-05T19:30:43.0001+01:00      'T' and 'Z' in either case; decimals and their dot may be left out
private struct TimestampReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    static func microseconds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var reader = TimestampReader(bytes: bytes)
        return reader.microseconds()
    }

    private mutating func microseconds() -> Int64? {
        guard let days = date(), skip(UInt8(ascii: "T"), UInt8(ascii: "t")), let time = secondsOfDay(),
            let fraction = fraction(), let offset = secondsAhead(), index == bytes.count
        else { return nil }
        let seconds = days * 86400 + time - offset
        // In UTC, too, the year is one that can be written and read again.
        guard (-62_135_596_800...253_402_300_799).contains(seconds) else { return nil }
        return seconds * 1_000_000 + fraction
    }

    /// Days since 1970-01-01.
    private mutating func date() -> Int64? {
        guard let year = number(digits: 4), skip(UInt8(ascii: "-")), let month = number(digits: 2),
            skip(UInt8(ascii: "-")), let day = number(digits: 2), year > 0, (1...12).contains(month),
            (1...31).contains(day)
        else { return nil }
        let days = Timestamp.days(year: year, month: month, day: day)
        // A day that the month does not have comes back as one of the next.
        return Timestamp.civil(days: days) == (year, month, day) ? days : nil
    }

    /// With leap seconds, which are the first second of the next minute.
    private mutating func secondsOfDay() -> Int64? {
        guard let hour = number(digits: 2), skip(UInt8(ascii: ":")), let minute = number(digits: 2),
            skip(UInt8(ascii: ":")), let second = number(digits: 2), hour < 24, minute < 60, second < 61
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Microseconds; what is smaller is cut off.
    private mutating func fraction() -> Int64? {
        guard skip(UInt8(ascii: ".")) else { return 0 }
        guard var fraction = number(digits: 1) else { return nil }
        var digits = 1
        while let digit = number(digits: 1) {
            digits += 1
            if digits <= 6 { fraction = fraction * 10 + digit }
        }
        while digits < 6 {
            digits += 1
            fraction *= 10
        }
        return fraction
    }

    private mutating func secondsAhead() -> Int64? {
        if skip(UInt8(ascii: "Z"), UInt8(ascii: "z")) { return 0 }
        let isBehind = skip(UInt8(ascii: "-"))
        guard isBehind || skip(UInt8(ascii: "+")), let hours = number(digits: 2), skip(UInt8(ascii: ":")),
            let minutes = number(digits: 2), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return isBehind ? -seconds : seconds
    }

    /// Takes exactly so many digits, or none and gives nil.
    private mutating func number(digits: Int) -> Int64? {
        guard index + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for place in index..<(index + digits) {
            let digit = bytes[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        index += digits
        return value
    }

    /// Takes the byte if it is the one that is wanted, or its other form.
    private mutating func skip(_ byte: UInt8, _ other: UInt8? = nil) -> Bool {
        guard index < bytes.count, bytes[index] == byte || bytes[index] == other else { return false }
        index += 1
        return true
    }
}
