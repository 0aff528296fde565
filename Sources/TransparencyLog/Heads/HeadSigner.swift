/// Signs the heads of a log. The key's name is the log's.
package struct HeadSigner: Sendable {
    private let signer: NoteSigner

    /// Makes a new key.
    ///
    /// - Parameter log: such as `example.com/daybook`, without spaces and plus signs.
    package init(newKeyFor log: String) throws(NoteError) { signer = try NoteSigner(newKeyNamed: log) }

    /// - Parameter text: `PRIVATE+KEY+NAME+HASH+BASE64`.
    package init(privateKey text: String) throws(NoteError) { signer = try NoteSigner(privateKey: text) }

    package var log: String { signer.key.name }

    /// The secret in its text form.
    package var privateKey: String { signer.privateKey }

    /// What verifiers need, as `NAME+HASH+BASE64`.
    package var publicKey: String { signer.publicKey }

    package func sign(partition: Int32, size: Int64, root: [UInt8], chain: [UInt8]) throws -> SignedTreeHead {
        let head = TreeHead(log: log, partition: partition, size: size, root: root, chain: chain)
        return SignedTreeHead(head: head, note: try signer.sign(head.text).note)
    }
}
