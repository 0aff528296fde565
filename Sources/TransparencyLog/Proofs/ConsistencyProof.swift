/// That a log's events have only become more since a head that somebody kept: the path between the two trees, and the newer
/// signed head. The times of commits, their borders and the versions of events are in the chain of the heads, which no path leads
/// through: an export proves those.
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
        let goesOn = MerkleTree.verifyConsistency(
            old: old.head.size,
            oldRoot: old.head.root,
            size: head.size,
            root: head.root,
            path: try ProofError.path(path)
        )
        // Of trees of one size the chains are to be compared as well: there is one of each.
        let isSameChain = head.size != old.head.size || head.chain == old.head.chain
        guard goesOn, isSameChain, from == old.head.size, head.origin == old.head.origin else {
            throw ProofError.inconsistent(old: old.head.size, size: head.size)
        }
        return head
    }
}
