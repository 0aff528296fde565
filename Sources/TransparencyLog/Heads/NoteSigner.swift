internal import Crypto
internal import Foundation

/// Signs texts as notes.
struct NoteSigner: Sendable {
    private static let prefix = "PRIVATE+KEY+"

    let key: NoteKey
    private let secret: Curve25519.Signing.PrivateKey

    init(newKeyNamed name: String) throws(NoteError) { try self.init(name, Curve25519.Signing.PrivateKey()) }

    init(privateKey text: String) throws(NoteError) {
        guard text.hasPrefix(Self.prefix) else { throw .malformedKey("a signer key begins with \(Self.prefix)") }
        let (name, number, seed) = try NoteKey.parse(String(text.dropFirst(Self.prefix.count)))
        guard let secret = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            // It says no more than that: 32 bytes it has.
            throw .malformedKey("its bytes are no Ed25519 seed")
        }
        try self.init(name, secret)
        try key.check(number)
    }

    private init(_ name: String, _ secret: Curve25519.Signing.PrivateKey) throws(NoteError) {
        self.secret = secret
        key = try NoteKey(name: name, publicKey: Array(secret.publicKey.rawRepresentation))
    }

    var privateKey: String { Self.prefix + key.text(Array(secret.rawRepresentation)) }
    var publicKey: String { key.text(Array(secret.publicKey.rawRepresentation)) }

    /// - Parameter text: whole lines, none of them empty at the end.
    func sign(_ text: String) throws -> SignedNote {
        precondition(text.utf8.last == 0x0A, "a note's text ends with a newline")
        let signature = try secret.signature(for: Array(text.utf8))
        return SignedNote(
            text: text,
            signatures: [SignedNote.Signature(name: key.name, keyNumber: key.number, bytes: Array(signature))]
        )
    }
}
