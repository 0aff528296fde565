/// RFC 2045, section 6.7: any text as lines of at most 76 ASCII characters.
enum QuotedPrintable {
    /// Line ends of all kinds become CRLF, with which the text ends as well.
    static func encode(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count * 5 / 4)
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd) {
            encode(line.utf8, into: &output)
            output += "\r\n".utf8
        }
        return output
    }

    private static func encode(_ line: Substring.UTF8View, into output: inout [UInt8]) {
        var column = 0
        var rest = line.makeIterator()
        var next = rest.next()
        while let byte = next {
            next = rest.next()
            let isPlain: Bool =
                switch byte {
                case UInt8(ascii: "="): false
                // Servers cut off what stands blank at the end of a line.
                case UInt8(ascii: " "), UInt8(ascii: "\t"): next != nil
                default: (0x21...0x7E).contains(byte)
                }
            let width = isPlain ? 1 : 3
            // A line that goes on ends in =, for which there must be room.
            if column + width > (next == nil ? 76 : 75) {
                output += "=\r\n".utf8
                column = 0
            }
            if isPlain {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            column += width
        }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}

extension Character {
    /// CRLF is one character; a text of another system may have CR alone.
    fileprivate var isLineEnd: Bool { self == "\r\n" || self == "\n" || self == "\r" }
}
