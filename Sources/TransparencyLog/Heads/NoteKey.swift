internal import Crypto

/// The name and number under which a key signs notes, and the forms in which keys are written down (C2SP signed-note):
///
///     verifier key                NAME+HASH+BASE64 of   01 │ public key (32)
///     signer key      PRIVATE+KEY+NAME+HASH+BASE64 of   01 │ seed (32)
///
/// `01` stands for Ed25519; HASH is the number in eight hexadecimal digits.
struct NoteKey: Hashable, Sendable {
    private static let ed25519: UInt8 = 0x01

    let name: String
    /// The first four bytes of SHA-256(name │ newline │ 01 │ public key).
    let number: [UInt8]

    init(name: String, publicKey: [UInt8]) throws(NoteError) {
        // A name stands on a line of a note between spaces, and in a key between plus signs.
        let isName = name.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .control && $0 != "+"
        }
        guard !name.isEmpty, isName else { throw .malformedKey("'\(name)' cannot be a key's name") }
        self.name = name
        number = Array(SHA256.hash(data: Array(name.utf8) + [0x0A, Self.ed25519] + publicKey).prefix(4))
    }

    /// The text form of one of this key's two halves.
    func text(_ bytes: [UInt8]) -> String { "\(name)+\(hexNumber)+\(([Self.ed25519] + bytes).base64)" }

    /// Reads the text form of a half of a key; what the number must be is for the caller to see.
    static func parse(_ text: String) throws(NoteError) -> (name: String, hexNumber: String, bytes: [UInt8]) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { throw .malformedKey("NAME+HASH+BASE64 is expected") }
        guard let bytes = [UInt8](base64: parts[2]), bytes.count == 33, bytes[0] == ed25519 else {
            throw .malformedKey("its third part is not an Ed25519 key in base64")
        }
        return (parts[0], parts[1], Array(bytes.dropFirst()))
    }

    func check(_ written: String) throws(NoteError) {
        guard written == hexNumber else { throw .malformedKey("its hash is \(hexNumber), not \(written)") }
    }

    private var hexNumber: String {
        number.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
