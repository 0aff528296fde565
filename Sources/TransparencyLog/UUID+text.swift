internal import Foundation

extension UUID {
    /// 36 lower-case characters (RFC 9562 4).
    var text: String { uuidString.lowercased() }

    /// Reads what `text` gives and no other spelling. Foundation's reader stops at a NUL, whatever follows it, and takes capitals.
    init?(text: String) {
        guard let id = UUID(uuidString: text), id.text.utf8.elementsEqual(text.utf8) else { return nil }
        self = id
    }
}
