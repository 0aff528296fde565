/// The right edge of a growing tree: all that is needed to append to it and to know its root.
package struct MerkleFrontier: Hashable, Sendable {
    package private(set) var size: Int64 = 0
    /// The hashes of the full subtrees that the tree is made of, largest first: those of `MerkleTree.peaks(at: size)`.
    package private(set) var peaks: [[UInt8]] = []

    /// The edge of an empty tree.
    package init() {}

    /// The edge of a tree as it was written down; nil if it cannot be one.
    package init?(size: Int64, peaks: [[UInt8]]) {
        guard size >= 0, peaks.count == size.nonzeroBitCount, peaks.allSatisfy({ $0.count == MerkleTree.hashSize })
        else {
            return nil
        }
        self.size = size
        self.peaks = peaks
    }

    package var root: [UInt8] { MerkleTree.joined(peaks) ?? MerkleTree.emptyRoot }

    /// Appends a leaf.
    ///
    /// - Returns: the full subtrees that it completes, from the leaf itself upwards.
    @discardableResult
    package mutating func append(_ leafHash: [UInt8]) -> [(subtree: Subtree, hash: [UInt8])] {
        var (subtree, hash) = (Subtree(level: 0, index: size), leafHash)
        var completed = [(subtree, hash)]
        // A right child has its left sibling as the last peak.
        while subtree.index & 1 == 1 {
            hash = MerkleTree.nodeHash(peaks.removeLast(), hash)
            subtree = Subtree(level: subtree.level + 1, index: subtree.index >> 1)
            completed.append((subtree, hash))
        }
        peaks.append(hash)
        size += 1
        return completed
    }
}
