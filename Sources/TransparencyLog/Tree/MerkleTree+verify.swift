extension MerkleTree {
    /// Whether a path proves that the tree with this root and size has this leaf at `index` (RFC 9162 2.1.3.2).
    package static func verifyInclusion(
        leafHash: [UInt8],
        index: Int64,
        size: Int64,
        path: [[UInt8]],
        root: [UInt8]
    ) -> Bool {
        guard 0 <= index, index < size, ([leafHash] + path).allSatisfy(\.isHash) else { return false }
        var walk = Walk(node: index, last: size - 1)
        var hash = leafHash
        for sibling in path {
            guard walk.last > 0 else { return false }
            hash = walk.isRight ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
            walk.rise()
        }
        return walk.last == 0 && hash == root
    }

    /// Whether a path proves that the tree with this root and size begins with all entries of the older one (RFC 9162 2.1.4.2).
    package static func verifyConsistency(
        old: Int64,
        oldRoot: [UInt8],
        size: Int64,
        root: [UInt8],
        path: [[UInt8]]
    ) -> Bool {
        guard 0 <= old, old <= size, ([oldRoot, root] + path).allSatisfy(\.isHash) else { return false }
        if old == size { return path.isEmpty && oldRoot == root && (size > 0 || root == emptyRoot) }
        if old == 0 { return path.isEmpty && oldRoot == emptyRoot }

        var walk = Walk(node: old - 1, last: size - 1)
        walk.riseWhileRight()
        // An older tree that is one full subtree is itself where the walk begins.
        let isFull = old & (old - 1) == 0
        guard let start = isFull ? oldRoot : path.first else { return false }
        var (before, now) = (start, start)
        for sibling in isFull ? path[...] : path.dropFirst() {
            guard walk.last > 0 else { return false }
            if walk.isRight {
                before = nodeHash(sibling, before)
                now = nodeHash(sibling, now)
            } else {
                now = nodeHash(now, sibling)
            }
            walk.rise()
        }
        return walk.last == 0 && before == oldRoot && now == root
    }

    /// A node on its way to the root: its index, and that of the last node, among those of its height.
    private struct Walk {
        var node: Int64
        var last: Int64

        /// Whether the sibling in the proof stands to the left.
        var isRight: Bool { node & 1 == 1 || node == last }

        mutating func rise() {
            // A node at the right edge without a sibling is its own parent.
            if isRight { while node & 1 == 0, node != 0 { shift() } }
            shift()
        }

        mutating func riseWhileRight() { while node & 1 == 1 { shift() } }

        private mutating func shift() {
            node >>= 1
            last >>= 1
        }
    }
}

extension [UInt8] {
    fileprivate var isHash: Bool { count == MerkleTree.hashSize }
}
