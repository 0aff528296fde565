/// A text and the signatures under it (C2SP signed-note):
///
///     text, one or more lines
///
///     — NAME BASE64 of   key number (4) │ signature
///     — …
struct SignedNote: Hashable, Sendable {
    struct Signature: Hashable, Sendable {
        let name: String
        let keyNumber: [UInt8]
        let bytes: [UInt8]
    }

    /// Ends with a newline.
    let text: String
    let signatures: [Signature]

    init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    init(parsing note: String) throws(NoteError) {
        guard note.unicodeScalars.allSatisfy({ $0 == "\n" || $0.properties.generalCategory != .control }) else {
            throw .malformedNote("it holds a control character")
        }
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        // After the last newline there is nothing, which `split` gives as an empty line.
        guard lines.last == "", let blank = lines.dropLast().lastIndex(of: ""), blank > 0 else {
            throw .malformedNote("an empty line and signatures after it are expected")
        }
        text = lines[..<blank].map { $0 + "\n" }.joined()
        var signatures: [Signature] = []
        for line in lines[(blank + 1)...].dropLast() { signatures.append(try Self.signature(line)) }
        guard !signatures.isEmpty else { throw .malformedNote("it bears no signature") }
        self.signatures = signatures
    }

    private static func signature(_ line: Substring) throws(NoteError) -> Signature {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "—", !words[1].isEmpty, let bytes = [UInt8](base64: words[2]),
            bytes.count > 4
        else { throw .malformedNote("'\(line)' is no signature") }
        return Signature(name: String(words[1]), keyNumber: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }

    /// The whole note as it is handed around.
    var note: String {
        text + "\n" + signatures.map { "— \($0.name) \(($0.keyNumber + $0.bytes).base64)\n" }.joined()
    }
}
