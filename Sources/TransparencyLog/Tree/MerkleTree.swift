internal import Crypto

/// The Merkle tree over a partition's log (RFC 6962 2.1, RFC 9162 2.1): entry i, counted from 0, is the `EventLeaf` of position i + 1.
///
///     size 7            root
///                   ┌────┴─────┐
///                 ┌─┴─┐      ┌─┴─┐       the left side is always the largest
///                ┌┴┐ ┌┴┐    ┌┴┐  6       full subtree that leaves something
///                0 1 2 3    4 5          for the right
package enum MerkleTree {
    /// The root of a tree without entries.
    package static let emptyRoot = Array(SHA256.hash(data: [UInt8]()))

    /// In bytes.
    package static let hashSize = 32

    package static func leafHash(of entry: [UInt8]) -> [UInt8] {
        var sha = SHA256()
        sha.update(data: [0x00] as [UInt8])
        sha.update(data: entry)
        return Array(sha.finalize())
    }

    package static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var sha = SHA256()
        sha.update(data: [0x01] as [UInt8])
        sha.update(data: left)
        sha.update(data: right)
        return Array(sha.finalize())
    }

    /// The full subtrees that the tree of a size is made of, largest first: one for each bit of the size.
    package static func peaks(at size: Int64) -> [Subtree] { Subtree.covering(0..<size) }

    /// The root of the tree of a size.
    ///
    /// - Parameter hash: gives the hash of one of `peaks(at: size)`.
    package static func root<Failure>(
        at size: Int64,
        hash: (Subtree) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [UInt8] {
        var hashes: [[UInt8]] = []
        for peak in peaks(at: size) { hashes.append(try hash(peak)) }
        return joined(hashes) ?? emptyRoot
    }

    /// The hash over full subtrees that lie side by side, largest first; nil if there are none.
    static func joined(_ hashes: [[UInt8]]) -> [UInt8]? {
        guard let last = hashes.last else { return nil }
        return hashes.dropLast().reversed().reduce(last) { nodeHash($1, $0) }
    }

    /// How many leaves lie on the left side of a tree of more than one leaf: the largest power of two below its size.
    static func leftSize(of size: Int64) -> Int64 { 1 << (63 - (size - 1).leadingZeroBitCount) }
}
