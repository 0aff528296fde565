/// What is known of characters outside ASCII. Its extensions are written by `tools/unicode/letters.py` and say where it is from.
struct LetterTables: Sendable {
    static let shared = LetterTables()

    /// The script that Chinese, Japanese and Korean are written in.
    static let eastAsian = 0

    /// Forms of Latin letters and digits, and how they are spelled.
    let latin: [UInt32: [UInt8]]
    /// Others, and what they look like.
    let lookalikes: [UInt32: [UInt8]]
    /// In order of their letters.
    private let ranges: [(letters: ClosedRange<UInt32>, script: Int)]

    private init() {
        latin = Self.unpacked(Self.latin)
        lookalikes = Self.unpacked(Self.lookalikes)
        var numbers: [Substring: Int] = [:]
        var ranges: [(letters: ClosedRange<UInt32>, script: Int)] = []
        for line in Self.scripts.split(separator: "\n") {
            let words = line.split(separator: " ")
            // A script may take several lines.
            let number = numbers[words[0], default: numbers.count]
            numbers[words[0]] = number
            for range in words.dropFirst() {
                let ends = range.split(separator: "-").map { UInt32($0, radix: 16)! }
                ranges.append((ends[0]...ends[1], number))
            }
        }
        self.ranges = ranges.sorted { $0.letters.lowerBound < $1.letters.lowerBound }
    }

    /// Nil for Latin ones, those of several scripts, and what is no letter or digit.
    func script(of scalar: Unicode.Scalar) -> Int? {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].letters.upperBound < scalar.value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].letters.contains(scalar.value) ? ranges[low].script : nil
    }

    /// Reads `430:ab` (U+0430 is a, U+0431 is b) and `df=ss` (U+00DF is ss).
    private static func unpacked(_ text: String) -> [UInt32: [UInt8]] {
        var table: [UInt32: [UInt8]] = [:]
        for word in text.split(whereSeparator: \.isWhitespace) {
            let colon = word.firstIndex { $0 == ":" || $0 == "=" }!
            let first = UInt32(word[..<colon], radix: 16)!
            let spelling = word[colon...].dropFirst().utf8
            if word[colon] == "=" {
                table[first] = Array(spelling)
            } else {
                for (offset, byte) in spelling.enumerated() { table[first + UInt32(offset)] = [byte] }
            }
        }
        return table
    }
}
