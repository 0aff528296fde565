/// A text as letters, digits and the gaps between them.
struct NameReading {
    enum Foreign {
        /// Each letter that is not Latin looks as if it were: а of Cyrillic.
        case looksLatin
        /// Some do not, and no honest word is written so: Яndex.
        case mixed
        /// A word of another script, or Latin words beside Chinese, Japanese or Korean ones, as is usual there.
        case other
    }

    /// The words that are in Latin letters, with a hyphen between two.
    var latin: [UInt8] { latinWords.bytes }
    /// The same with other letters as what they look like.
    var looks: [UInt8] { wordsByLook.bytes }
    /// Nil if there are no letters but Latin ones.
    private(set) var foreign: Foreign?
    /// Zero-width and bidirectional characters, controls and all else that changes a text without being seen in it.
    private(set) var hasInvisible = false
    let isPunycode: Bool

    private var latinWords = Words()
    private var wordsByLook = Words()
    private var hasLatinLetter = false

    /// In time proportional to the length of the text.
    init(_ text: String) {
        let scalars = text.unicodeScalars.trimmingWhitespace()
        isPunycode = scalars.prefix(4).map { $0.properties.lowercaseMapping }.joined() == "xn--"
        var scripts: Set<Int> = []
        var (foreignLetters, lookalikes) = (0, 0)
        var last: Unicode.Scalar?
        for scalar in scalars {
            defer { last = scalar }
            switch Kind(scalar, after: last) {
            case .letters(let text):
                hasLatinLetter = hasLatinLetter || text.contains(where: \.isLowercaseLetter)
                latinWords.append(text)
                wordsByLook.append(text)
            case .foreign(let script, let look):
                foreignLetters += 1
                if let script { scripts.insert(script) }
                if let look {
                    lookalikes += 1
                    wordsByLook.append(look)
                }
                latinWords.endWord()
            case .partOfWord: break
            case .gap:
                latinWords.endWord()
                wordsByLook.endWord()
            case .invisible:
                hasInvisible = true
                return
            }
        }
        guard foreignLetters > 0 else { return }
        if lookalikes == foreignLetters {
            foreign = .looksLatin
        } else if scripts.count > 1 || hasLatinLetter && !scripts.isSubset(of: [LetterTables.eastAsian]) {
            foreign = .mixed
        } else {
            foreign = .other
        }
    }
}

/// Words with a hyphen between two.
private struct Words {
    private(set) var bytes: [UInt8] = []
    private var isBetween = false

    mutating func append(_ text: [UInt8]) {
        for byte in text {
            if byte == .hyphen {
                endWord()
                continue
            }
            if isBetween, !bytes.isEmpty { bytes.append(.hyphen) }
            isBetween = false
            bytes.append(byte)
        }
    }

    mutating func endWord() { isBetween = true }
}

/// What a character is in a name.
private enum Kind {
    /// Spelled in a to z and 0 to 9.
    case letters([UInt8])
    /// - Parameters:
    ///   - script: nil for one that several scripts have.
    ///   - look: the Latin letters or digits that it looks like.
    case foreign(script: Int?, look: [UInt8]?)
    /// A mark above a letter, an apostrophe.
    case partOfWord
    /// A space, punctuation, an emoji.
    case gap
    case invisible

    init(_ scalar: Unicode.Scalar, after last: Unicode.Scalar?) {
        if scalar.isASCII {
            self.init(ascii: UInt8(scalar.value))
        } else if let text = LetterTables.shared.latin[scalar.value] {
            self = .letters(text)
        } else if Self.apostrophes.contains(scalar) || scalar.properties.isVariationSelector {
            self = .partOfWord
        } else if scalar.isInvisible {
            // Emoji are joined by what is invisible elsewhere.
            self = scalar == "\u{200D}" && last?.isPartOfEmoji == true ? .gap : .invisible
        } else if scalar.isMark {
            self = .partOfWord
        } else if let look = LetterTables.shared.lookalikes[scalar.value] {
            self = .foreign(script: LetterTables.shared.script(of: scalar), look: look)
        } else if scalar.isLetterOrDigit {
            self = .foreign(script: LetterTables.shared.script(of: scalar), look: nil)
        } else {
            self = .gap
        }
    }

    private init(ascii: UInt8) {
        switch ascii {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .letters([ascii | 0x20])
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .letters([ascii])
        case UInt8(ascii: "'"), UInt8(ascii: "`"): self = .partOfWord
        case 0..<0x20, 0x7F: self = .invisible
        default: self = .gap
        }
    }

    /// O'Reilly, O’Reilly and Hawaiʻi, as they are typed.
    private static let apostrophes: Set<Unicode.Scalar> = [
        "\u{B4}", "\u{2B9}", "\u{2BB}", "\u{2BC}", "\u{2018}", "\u{2019}", "\u{2032}", "\u{FF07}",
    ]
}

extension Unicode.Scalar {
    fileprivate var isInvisible: Bool {
        if properties.isDefaultIgnorableCodePoint { return true }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// What nobody has assigned yet may become a letter, and what is for private use looks like anything.
    fileprivate var isLetterOrDigit: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .unassigned, .privateUse:
            true
        default: false
        }
    }

    fileprivate var isPartOfEmoji: Bool {
        !isASCII && (properties.isEmoji || properties.isVariationSelector)
    }
}

extension String.UnicodeScalarView {
    fileprivate func trimmingWhitespace() -> SubSequence {
        var rest = self[...]
        while let first = rest.first, first.properties.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
        return rest
    }
}
