internal import Crypto

/// What names, topics and bodies are made of.
enum PlainText {
    /// One line of `lengths` Unicode scalars, not blank unless it may be empty, without control characters (Postgres
    /// could not even hold U+0000).
    static func isLine(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        let scalars = text.unicodeScalars
        guard lengths.contains(scalars.count), !scalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            return false
        }
        return lengths.contains(0) || !scalars.allSatisfy(\.properties.isWhitespace)
    }

    /// By which a text is compared with an earlier one without keeping it.
    static func digest(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
