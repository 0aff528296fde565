/// What a proof consists of, before anyone has fetched it: a list of nodes. A node at the tree's right edge may lack leaves; such
/// a one is made here of full subtrees, so that a store keeps and gives those alone.
///
/// ```swift
/// let path = MerklePath.inclusion(of: 4, in: 7)
/// let stored = try store.hashes(of: path.subtrees)
/// let proof = path.hashes { stored[$0]! }
/// ```
package struct MerklePath: Sendable {
    /// The leaves below each node, in the order of the proof.
    private let nodes: [Range<Int64>]

    /// That an entry stands in the tree of a size (RFC 9162 2.1.3.1).
    package static func inclusion(of index: Int64, in size: Int64) -> MerklePath {
        precondition(0 <= index && index < size, "there is no entry \(index) in a tree of \(size)")
        var siblings: [Range<Int64>] = []
        var node = 0..<size
        while node.count > 1 {
            let (left, right) = node.halves
            siblings.append(left.contains(index) ? right : left)
            node = left.contains(index) ? left : right
        }
        return MerklePath(nodes: siblings.reversed())
    }

    /// That the tree of a size begins with all entries of an older one, unchanged (RFC 9162 2.1.4.1). There is nothing to prove,
    /// and so no node, if the older one is empty or as large.
    package static func consistency(from old: Int64, to size: Int64) -> MerklePath {
        precondition(0 <= old && old <= size, "a tree of \(size) never had \(old) entries later on")
        guard old > 0 else { return MerklePath(nodes: []) }
        var nodes: [Range<Int64>] = []
        var node = 0..<size
        // Down to the node that ends where the older tree did; whoever verifies has it already if it is that whole tree.
        while node.upperBound != old {
            let (left, right) = node.halves
            let isLeft = old <= left.upperBound
            nodes.append(isLeft ? right : left)
            node = isLeft ? left : right
        }
        if node.lowerBound > 0 { nodes.append(node) }
        return MerklePath(nodes: nodes.reversed())
    }

    /// All that `hashes` will ask for, in that order.
    package var subtrees: [Subtree] { nodes.flatMap(Subtree.covering) }

    /// The proof.
    ///
    /// - Parameter hash: gives the hash of one of `subtrees`.
    package func hashes<Failure>(_ hash: (Subtree) throws(Failure) -> [UInt8]) throws(Failure) -> [[UInt8]] {
        var proof: [[UInt8]] = []
        for node in nodes {
            var parts: [[UInt8]] = []
            for subtree in Subtree.covering(node) { parts.append(try hash(subtree)) }
            // A node has at least one leaf.
            proof.append(MerkleTree.joined(parts)!)
        }
        return proof
    }
}

extension Range<Int64> {
    /// The two sides of a node with these leaves.
    fileprivate var halves: (left: Range<Int64>, right: Range<Int64>) {
        let middle = lowerBound + MerkleTree.leftSize(of: upperBound - lowerBound)
        return (lowerBound..<middle, middle..<upperBound)
    }
}
