/// A full subtree: the leaves `index << level ..< (index + 1) << level`. Its hash never changes as the tree grows, so that it
/// can be stored.
package struct Subtree: Hashable, Sendable {
    package let level: Int
    package let index: Int64

    package init(level: Int, index: Int64) {
        self.level = level
        self.index = index
    }

    package var leaves: Range<Int64> { index << level..<(index + 1) << level }

    /// The full subtrees, largest first, that a range of leaves is made of; the range is one that the tree's splits give.
    ///
    ///     covering(0 ..< 7)    0 1 2 3 · 4 5 · 6
    static func covering(_ leaves: Range<Int64>) -> [Subtree] {
        var subtrees: [Subtree] = []
        var start = leaves.lowerBound
        while start < leaves.upperBound {
            let level = 63 - (leaves.upperBound - start).leadingZeroBitCount
            subtrees.append(Subtree(level: level, index: start >> level))
            start += 1 << level
        }
        return subtrees
    }
}
