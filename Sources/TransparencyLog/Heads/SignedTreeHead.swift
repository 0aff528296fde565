/// A head that its log's key has signed; `HeadSigner` and `HeadVerifier` make no others.
package struct SignedTreeHead: Hashable, Sendable {
    package let head: TreeHead
    /// The whole note, as it is published and kept.
    package let note: String

    init(head: TreeHead, note: String) {
        self.head = head
        self.note = note
    }
}
