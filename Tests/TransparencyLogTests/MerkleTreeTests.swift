import Crypto
import Testing
import TransparencyLog

struct MerkleTreeTests {
    /// The eight entries that implementations of Certificate Transparency test with.
    private static let entries = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].map { [UInt8](hex: $0) }

    /// The roots of the trees of 1 … 8 of them.
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ].map { [UInt8](hex: $0) }

    @Test func `the reference tree has the known roots`() {
        #expect(
            MerkleTree.emptyRoot == [UInt8](hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        )
        var frontier = MerkleFrontier()
        #expect(frontier.root == MerkleTree.emptyRoot)
        for (entry, root) in zip(Self.entries, Self.roots) {
            frontier.append(MerkleTree.leafHash(of: entry))
            #expect(frontier.root == root)
        }
    }

    @Test func `the reference tree has the known proofs`() {
        let tree = StoredTree(Self.entries)
        #expect(
            tree.hashes(.inclusion(of: 5, in: 8))
                == [
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ].map { [UInt8](hex: $0) }
        )
        #expect(
            tree.hashes(.consistency(from: 6, to: 8))
                == [
                    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ].map { [UInt8](hex: $0) }
        )
    }

    private static let largest = 70
    private static let tree = StoredTree((0..<largest).map { [UInt8]("entry \($0)".utf8) })

    @Test func `every root is that of the definition`() {
        for size in 0...Self.largest {
            let root = MerkleTree.root(at: Int64(size)) { Self.tree.stored[$0]! }
            #expect(root == Definition.root(Self.tree.leaves[..<size]))
        }
    }

    @Test func `every inclusion path is that of the definition, and proves it`() {
        for size in 1...Self.largest {
            let root = Definition.root(Self.tree.leaves[..<size])
            for index in 0..<size {
                let path = Self.tree.hashes(.inclusion(of: Int64(index), in: Int64(size)))
                #expect(path == Definition.inclusion(of: index, in: Self.tree.leaves[..<size]))
                for claimed in [0, index - 1, index, index + 1, size - 1, size] {
                    let holds = MerkleTree.verifyInclusion(
                        leafHash: Self.tree.leaves[index],
                        index: Int64(claimed),
                        size: Int64(size),
                        path: path,
                        root: root
                    )
                    #expect(holds == (claimed == index))
                }
            }
        }
    }

    @Test func `every consistency path is that of the definition, and proves it`() {
        for size in 0...Self.largest {
            let root = Definition.root(Self.tree.leaves[..<size])
            for old in 0...size {
                let oldRoot = Definition.root(Self.tree.leaves[..<old])
                let path = Self.tree.hashes(.consistency(from: Int64(old), to: Int64(size)))
                #expect(path == Definition.consistency(from: old, to: Self.tree.leaves[..<size]))
                let (old, size) = (Int64(old), Int64(size))
                #expect(MerkleTree.verifyConsistency(old: old, oldRoot: oldRoot, size: size, root: root, path: path))
                for other in Set([0, 1, old - 1, old + 1, size, size + 1]).subtracting([old]) {
                    #expect(
                        !MerkleTree.verifyConsistency(old: other, oldRoot: oldRoot, size: size, root: root, path: path)
                    )
                }
            }
        }
    }

    @Test func `a proof with a flipped bit, a node too many or too few proves nothing`() {
        let size: Int64 = 21
        let root = Definition.root(Self.tree.leaves[..<Int(size)])
        for index in 0..<size {
            let path = Self.tree.hashes(.inclusion(of: index, in: size))
            for wrong in Self.damaged(path) {
                #expect(
                    !MerkleTree.verifyInclusion(
                        leafHash: Self.tree.leaves[Int(index)],
                        index: index,
                        size: size,
                        path: wrong,
                        root: root
                    )
                )
            }
        }
        for old in 1..<size {
            let oldRoot = Definition.root(Self.tree.leaves[..<Int(old)])
            for wrong in Self.damaged(Self.tree.hashes(.consistency(from: old, to: size))) {
                #expect(
                    !MerkleTree.verifyConsistency(old: old, oldRoot: oldRoot, size: size, root: root, path: wrong)
                )
            }
        }
    }

    /// The proof with each byte flipped, without each node, with each node twice, and with bytes moved between two nodes.
    private static func damaged(_ path: [[UInt8]]) -> [[[UInt8]]] {
        var all: [[[UInt8]]] = [path + [MerkleTree.emptyRoot]]
        for node in path.indices {
            for byte in path[node].indices {
                var wrong = path
                wrong[node][byte] ^= 0x10
                all.append(wrong)
            }
            var (without, twice, cut) = (path, path, path)
            without.remove(at: node)
            twice.insert(path[node], at: node)
            cut[node].removeLast()
            all += [without, twice, cut]
        }
        return all
    }

    @Test func `an append tells every subtree that it completes`() {
        var frontier = MerkleFrontier()
        var completed: [Subtree: [UInt8]] = [:]
        for leaf in Self.tree.leaves {
            for (subtree, hash) in frontier.append(leaf) {
                #expect(completed.updateValue(hash, forKey: subtree) == nil)
            }
        }
        #expect(completed == Self.tree.stored)
    }

    @Test func `a frontier goes on from where it was written down`() throws {
        var whole = MerkleFrontier()
        for (size, leaf) in Self.tree.leaves.enumerated() {
            let peaks = MerkleTree.peaks(at: Int64(size)).map { Self.tree.stored[$0]! }
            var again = try #require(MerkleFrontier(size: Int64(size), peaks: peaks))
            #expect(again == whole)
            whole.append(leaf)
            again.append(leaf)
            #expect(again == whole)
        }
        #expect(MerkleFrontier(size: 3, peaks: [MerkleTree.emptyRoot]) == nil)
        #expect(MerkleFrontier(size: -1, peaks: []) == nil)
        #expect(MerkleFrontier(size: 1, peaks: [[1, 2, 3]]) == nil)
    }

    @Test func `a path asks for full subtrees inside the tree alone, in the order that it lists`() {
        for size in 1...Int64(Self.largest) {
            let paths = (0..<size).flatMap {
                [MerklePath.inclusion(of: $0, in: size), MerklePath.consistency(from: $0, to: size)]
            }
            for path in paths {
                var asked: [Subtree] = []
                _ = path.hashes {
                    asked.append($0)
                    return MerkleTree.emptyRoot
                }
                #expect(asked == path.subtrees)
                #expect(asked.allSatisfy { $0.leaves.lowerBound >= 0 && $0.leaves.upperBound <= size })
            }
        }
    }
}

/// A tree that keeps the hash of every full subtree.
private struct StoredTree {
    let leaves: [[UInt8]]
    let stored: [Subtree: [UInt8]]

    init(_ entries: [[UInt8]]) {
        leaves = entries.map { MerkleTree.leafHash(of: $0) }
        var stored: [Subtree: [UInt8]] = [:]
        for level in 0..<8 {
            for index in 0..<(entries.count >> level) {
                let subtree = Subtree(level: level, index: Int64(index))
                let range = Int(subtree.leaves.lowerBound)..<Int(subtree.leaves.upperBound)
                stored[subtree] = Definition.root(leaves[range])
            }
        }
        self.stored = stored
    }

    func hashes(_ path: MerklePath) -> [[UInt8]] { path.hashes { stored[$0]! } }
}

/// RFC 6962 2.1 word by word.
private enum Definition {
    static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        if leaves.isEmpty { return Array(SHA256.hash(data: [UInt8]())) }
        if leaves.count == 1 { return leaves.first! }
        let (left, right) = split(leaves)
        return Array(SHA256.hash(data: [1] + root(left) + root(right)))
    }

    /// PATH(m, D[n])
    static func inclusion(of m: Int, in leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        if leaves.count == 1 { return [] }
        let (left, right) = split(leaves)
        return m < left.count
            ? inclusion(of: m, in: left) + [root(right)]
            : inclusion(of: m - left.count, in: right) + [root(left)]
    }

    /// PROOF(m, D[n]), which the RFC defines from m = 1 on.
    static func consistency(from m: Int, to leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        m == 0 ? [] : subproof(m, leaves, isKnown: true)
    }

    private static func subproof(_ m: Int, _ leaves: ArraySlice<[UInt8]>, isKnown: Bool) -> [[UInt8]] {
        if m == leaves.count { return isKnown ? [] : [root(leaves)] }
        let (left, right) = split(leaves)
        return m <= left.count
            ? subproof(m, left, isKnown: isKnown) + [root(right)]
            : subproof(m - left.count, right, isKnown: false) + [root(left)]
    }

    private static func split(_ leaves: ArraySlice<[UInt8]>) -> (ArraySlice<[UInt8]>, ArraySlice<[UInt8]>) {
        var k = 1
        while k * 2 < leaves.count { k *= 2 }
        return (leaves.prefix(k), leaves.dropFirst(k))
    }
}

extension [UInt8] {
    init(hex: String) {
        let digits = [Character](hex)
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
    }
}
