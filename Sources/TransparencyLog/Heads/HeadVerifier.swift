/// Opens the signed heads of a log; the public key is all that it needs.
package struct HeadVerifier: Sendable {
    private let verifier: NoteVerifier

    /// - Parameter text: `NAME+HASH+BASE64`.
    package init(publicKey text: String) throws(NoteError) { verifier = try NoteVerifier(publicKey: text) }

    /// The name of the log, which is the key's.
    package var log: String { verifier.key.name }

    package var publicKey: String { verifier.publicKey }

    /// Checks that a note is a head of this log with its key's signature. Signatures of others, such as witnesses', may stand
    /// beside it.
    package func open(_ note: String) throws(NoteError) -> SignedTreeHead {
        let head = try TreeHead(parsing: verifier.open(SignedNote(parsing: note)))
        guard head.log == log else { throw .malformedHead("it is of the log \(head.log), not \(log)") }
        return SignedTreeHead(head: head, note: note)
    }
}
