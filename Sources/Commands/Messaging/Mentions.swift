/// Finds whom a Markdown text mentions.
///
/// A mention is `@` and a handle, at the start or after anything but a letter, a digit or one of `. % + - / = & @ \`,
/// so that neither `ann@example.org` nor `https://example.org/@ann` is one. What stands in a code span or between code
/// fences is not looked at, nor is `@ann@example.org`. Letter case does not matter. Which handles there are, the
/// parser does not know: a full stop or an emphasis may follow a handle directly, so `@ann._` could be `ann._`, `ann.`
/// or `ann`.
package enum Mentions {
    package struct Mention: Equatable, Sendable {
        /// Which handles it may be, the longest first, in lower case.
        package let forms: [String]
    }

    /// The mentions in the order of the text, each once, the first 50.
    package static func parse(_ markdown: String) -> [Mention] {
        var mentions: [Mention] = []
        for paragraph in paragraphs(of: markdown) {
            for text in outsideCodeSpans(of: paragraph) {
                for mention in self.mentions(in: text) where !mentions.contains(mention) {
                    mentions.append(mention)
                    if mentions.count == limit { return mentions }
                }
            }
        }
        return mentions
    }

    private static let limit = 50
    private typealias Bytes = ArraySlice<UInt8>

    // MARK: Blocks

    /// Runs of lines between blank lines and code fences, without the fenced lines: what a code span cannot reach
    /// across.
    private static func paragraphs(of markdown: String) -> [Bytes] {
        let bytes = Array(markdown.utf8)
        var paragraphs: [Bytes] = []
        var start: Int?
        var fence: (mark: UInt8, length: Int)?
        func end(at index: Int) {
            if let start { paragraphs.append(bytes[start..<index]) }
            start = nil
        }
        var index = 0
        while index < bytes.count {
            let next = bytes[index...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            let line = bytes[index..<next]
            let marks = Self.fence(of: line)
            if let open = fence {
                if let marks, marks.mark == open.mark, marks.length >= open.length, marks.isBare { fence = nil }
            } else if let marks, marks.opens {
                end(at: index)
                fence = (marks.mark, marks.length)
            } else if line.allSatisfy(isSpace) {
                end(at: index)
            } else if start == nil {
                start = index
            }
            index = next
        }
        end(at: bytes.count)
        return paragraphs
    }

    /// The three or more backticks or tildes that a line begins with, after at most three spaces.
    private static func fence(of line: Bytes) -> (mark: UInt8, length: Int, isBare: Bool, opens: Bool)? {
        let indent = line.prefix { $0 == UInt8(ascii: " ") }
        let rest = line.dropFirst(indent.count)
        guard indent.count < 4, let mark = rest.first, mark == backtick || mark == UInt8(ascii: "~") else { return nil }
        let length = rest.prefix { $0 == mark }.count
        let info = rest.dropFirst(length)
        guard length >= 3 else { return nil }
        // ```like this``` is a code span.
        return (mark, length, info.allSatisfy(isSpace), mark != backtick || !info.contains(backtick))
    }

    // MARK: Code spans

    /// The parts that are not in code spans. A span ends at the first run of as many backticks as began it; without
    /// one, the backticks are text.
    private static func outsideCodeSpans(of paragraph: Bytes) -> [Bytes] {
        let runs = backtickRuns(of: paragraph)
        var starts: [Int: [Int]] = [:]
        for (index, run) in runs.enumerated().reversed() { starts[run.count, default: []].append(index) }
        var parts: [Bytes] = []
        var text = paragraph.startIndex
        var index = 0
        while index < runs.count {
            let run = runs[index]
            // The lists end with the first run that is still ahead, so each is looked at once.
            while let first = starts[run.count]?.last, first <= index { starts[run.count]?.removeLast() }
            guard !isEscaped(run.lowerBound, in: paragraph), let close = starts[run.count]?.last else {
                index += 1
                continue
            }
            parts.append(paragraph[text..<run.lowerBound])
            text = runs[close].upperBound
            index = close + 1
        }
        parts.append(paragraph[text...])
        return parts
    }

    private static func backtickRuns(of paragraph: Bytes) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var index = paragraph.startIndex
        while let start = paragraph[index...].firstIndex(of: backtick) {
            let end = paragraph[start...].firstIndex { $0 != backtick } ?? paragraph.endIndex
            runs.append(start..<end)
            index = end
        }
        return runs
    }

    private static func isEscaped(_ index: Int, in paragraph: Bytes) -> Bool {
        paragraph[..<index].reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
    }

    // MARK: Mentions

    private static func mentions(in text: Bytes) -> [Mention] {
        var mentions: [Mention] = []
        var index = text.startIndex
        while let at = text[index...].firstIndex(of: UInt8(ascii: "@")) {
            let rest = text[(at + 1)...].prefix { Handle.isHandleByte(lowercased($0)) }
            index = rest.endIndex
            let next = index < text.endIndex ? text[index] : nil
            guard begins(at, in: text), next != UInt8(ascii: "@") else { continue }
            let mention = Mention(forms: forms(of: rest))
            if !mention.forms.isEmpty { mentions.append(mention) }
        }
        return mentions
    }

    /// Whether a mention may stand at this `@`. Underscores before it are emphasis if nothing stands before them.
    private static func begins(_ at: Int, in text: Bytes) -> Bool {
        guard let before = text[..<at].last(where: { $0 != UInt8(ascii: "_") }) else { return true }
        switch lowercased(before) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return false
        default: return !".%+-/=&@\\".utf8.contains(before)
        }
    }

    /// The whole, then without the full stops at its end, then without any punctuation there.
    private static func forms(of bytes: Bytes) -> [String] {
        let whole = bytes.map(lowercased)
        let unstopped = whole.dropLast(whole.reversed().prefix { $0 == UInt8(ascii: ".") }.count)
        let bare = whole.dropLast(whole.reversed().prefix { ".-_".utf8.contains($0) }.count)
        var forms: [String] = []
        for form in [whole[...], unstopped, bare] {
            guard let handle = Handle.normalized(String(decoding: form, as: UTF8.self)), !forms.contains(handle) else {
                continue
            }
            forms.append(handle)
        }
        return forms
    }

    private static let backtick = UInt8(ascii: "`")

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }
}
