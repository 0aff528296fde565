/// That a log has only grown since a head that somebody kept: the path between the two trees, and the newer signed head.
///
///     {"from": 7, "path": ["base64", …], "head": "example.com/log/0\n…"}
package struct ConsistencyProof: Codable, Hashable, Sendable {
    /// The size of the older tree.
    package var from: Int64
    package var path: [String]
    /// The signed note of the newer head.
    package var head: String

    package init(from old: Int64, path: [[UInt8]], head: SignedTreeHead) {
        from = old
        self.path = path.map(\.base64)
        self.head = head.note
    }

    /// Checks it against the head that was kept; returns the newer one.
    package func verify(since old: SignedTreeHead, by verifier: HeadVerifier) throws -> TreeHead {
        let head = try verifier.open(head).head
        let path = try path.map { text in
            guard let hash = [UInt8](base64: text) else { throw ProofError.malformed("the path") }
            return hash
        }
        let goesOn = MerkleTree.verifyConsistency(
            old: old.head.size,
            oldRoot: old.head.root,
            size: head.size,
            root: head.root,
            path: path
        )
        guard goesOn, from == old.head.size, head.origin == old.head.origin else {
            throw ProofError.inconsistent(old: old.head.size, size: head.size)
        }
        return head
    }
}
