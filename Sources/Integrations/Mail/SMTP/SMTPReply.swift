/// What a server answers: a number that programs read, and lines for people.
struct SMTPReply: Sendable, Hashable {
    let code: Int
    let lines: [String]

    /// For an error's message: in one line, not longer than a log likes, and without addresses.
    var summary: String {
        let words = lines.joined(separator: " ").split(separator: " ").map { $0.contains("@") ? "…" : $0 }
        let text = words.joined(separator: " ").unicodeScalars.map {
            (0x20...0x7E).contains($0.value) || $0 == "…" ? Character($0) : "?"
        }
        return "\(code) \(String(text.prefix(200)))"
    }
}

/// Collects lines until a reply is whole:
///
/// ```
/// 250-mail.example.org\r\n
/// 250-SIZE 33554432\r\n
/// 250 AUTH PLAIN LOGIN\r\n
/// ```
struct SMTPReplyParser {
    struct Malformed: Error {}

    /// Far above what servers say; one that never ends its reply is cut off here.
    private static let sizeLimit = 16 * 1024

    private var bytes: [UInt8] = []
    private var lines: [String] = []
    private var code: Int?
    private var size = 0

    /// Whether nothing is there but what was given out.
    var isEmpty: Bool { bytes.isEmpty && lines.isEmpty }

    mutating func append(_ more: some Sequence<UInt8>) { bytes += more }

    /// Nil if the reply is not whole yet.
    mutating func next() throws(Malformed) -> SMTPReply? {
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[..<end].last == UInt8(ascii: "\r") ? bytes[..<(end - 1)] : bytes[..<end]
            let isLast = try read(line)
            size += end + 1
            bytes.removeSubrange(...end)
            guard size <= Self.sizeLimit else { throw Malformed() }
            if isLast, let code {
                defer { (lines, self.code, size) = ([], nil, 0) }
                return SMTPReply(code: code, lines: lines)
            }
        }
        guard bytes.count <= Self.sizeLimit else { throw Malformed() }
        return nil
    }

    private mutating func read(_ line: ArraySlice<UInt8>) throws(Malformed) -> Bool {
        let text = String(decoding: line, as: UTF8.self)
        guard let number = Int(text.prefix(3)), (200...599).contains(number), code == nil || code == number else {
            throw Malformed()
        }
        code = number
        let rest = text.dropFirst(3)
        guard rest.isEmpty || rest.first == " " || rest.first == "-" else { throw Malformed() }
        lines.append(String(rest.dropFirst()))
        return rest.first != "-"
    }
}
