/// Why a note, a tree head or a key is not to be trusted.
package enum NoteError: Error, Hashable, Sendable {
    case malformedKey(String)
    /// The text has not the form of a signed note (C2SP signed-note).
    case malformedNote(String)
    /// The text of the note is no tree head of this log.
    case malformedHead(String)
    /// The note bears no signature of this key.
    case unsigned(key: String)
    /// A signature that claims to be of this key is not.
    case forged(key: String)
}

extension NoteError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedKey(let why): "this is no key: \(why)"
        case .malformedNote(let why): "this is no signed note: \(why)"
        case .malformedHead(let why): "this is no tree head of the log: \(why)"
        case .unsigned(let key): "the note is not signed by \(key)"
        case .forged(let key): "the signature is not by \(key)"
        }
    }
}
