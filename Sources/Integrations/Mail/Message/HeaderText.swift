internal import Foundation

/// Text in the header of a message, which is ASCII: RFC 2047 for all else.
enum HeaderText {
    /// A line break would begin another field, or the message itself.
    static func check(_ text: String, _ what: String) throws(MailError) {
        let isLine = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        guard isLine else {
            throw MailError(
                .invalidHeader,
                isRetriable: false,
                "\(what) has a line break or another control character in it"
            )
        }
    }

    /// As in a subject.
    static func unstructured(_ text: String) -> String { isPlain(text) ? text : encodedWords(text) }

    /// As before an address.
    static func phrase(_ text: String) -> String {
        guard isPlain(text) else { return encodedWords(text) }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// What fits on the line and cannot be taken for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
            && text.first != " " && text.last != " "
    }

    /// `=?UTF-8?B?R3LDvMOfZQ==?=`, each on its line, none of which is longer than 76 characters with the field's name.
    /// Characters stay whole.
    private static func encodedWords(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 39 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
