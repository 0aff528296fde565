internal import Crypto

/// Opens notes that one key has signed.
struct NoteVerifier: Sendable {
    let key: NoteKey
    let publicKey: String
    private let verifier: Curve25519.Signing.PublicKey

    init(publicKey text: String) throws(NoteError) {
        let (name, number, bytes) = try NoteKey.parse(text)
        guard let verifier = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            // It says no more than that: 32 bytes it has.
            throw .malformedKey("its bytes are no Ed25519 key")
        }
        key = try NoteKey(name: name, publicKey: bytes)
        try key.check(number)
        publicKey = text
        self.verifier = verifier
    }

    /// Gives the text of a note that our key has signed. Signatures of other keys, such as witnesses', are left alone.
    func open(_ note: SignedNote) throws(NoteError) -> String {
        let ours = note.signatures.filter { $0.name == key.name && $0.keyNumber == key.number }
        guard !ours.isEmpty else { throw .unsigned(key: key.name) }
        for signature in ours {
            guard verifier.isValidSignature(signature.bytes, for: Array(note.text.utf8)) else {
                throw .forged(key: key.name)
            }
        }
        return note.text
    }
}
