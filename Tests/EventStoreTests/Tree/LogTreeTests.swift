import Crypto
import EventStore
import Foundation
import Postgres
import TestSupport
import Testing
import TransparencyLog

struct LogTreeTests {
    private static let partition = Partition(0)

    /// A partition with `count` events that hold nothing but their leaves, and the same leaves.
    private static func fill(_ database: TestDatabase, _ count: Int) async throws -> [[UInt8]] {
        try await database.pool().execute(
            """
            INSERT INTO es.events (partition, position, version, tenant, stream, event, type, leaf, command, metadata, payload)
            SELECT 0, n, 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, sha256(int8send(n)),
                   sha256(int8send(n)), '', ''
              FROM generate_series(1, \(Int64(count))) n
            """
        )
        return (1...Int64(count)).map { number in
            withUnsafeBytes(of: number.bigEndian) { Array(SHA256.hash(data: Data($0))) }
        }
    }

    /// The roots of the tree at these sizes, computed leaf by leaf.
    private static func roots(at sizes: Set<Int64>, _ leaves: [[UInt8]]) -> [Int64: [UInt8]] {
        var frontier = MerkleFrontier()
        var roots: [Int64: [UInt8]] = [:]
        for leaf in leaves {
            frontier.append(MerkleTree.leafHash(of: leaf))
            if sizes.contains(frontier.size) { roots[frontier.size] = frontier.root }
        }
        return roots
    }

    @Test(.timeLimit(.minutes(20)))
    func `the tree of any size comes from what is stored and from the leaves`() async throws {
        try await TestDatabase.run { database in
            let sizes: Set<Int64> = [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_000]
            let roots = Self.roots(at: sizes, try await Self.fill(database, 66_000))
            try await database.pool(as: .projector).withConnection { connection in
                let tree = LogTree(of: Self.partition, on: connection)
                // In pieces, as it grows, and some of it again.
                for size: Int64 in [300, 40_000, 40_000, 66_000, 512] { try tree.extend(to: size) }
                for size in sizes {
                    #expect(try tree.root(at: size) == roots[size], "size \(size)")
                    let frontier = try tree.frontier(at: size)
                    #expect(frontier.size == size && frontier.root == roots[size], "size \(size)")
                }
            }
            let stored = try await database.pool().query(
                "SELECT level, count(*) FROM es.tree_nodes GROUP BY level ORDER BY level",
                as: (Int32, Int64).self
            )
            #expect(stored.map(\.0) == [8, 16] && stored.map(\.1) == [257, 1])
        }
    }

    @Test func `proofs that the database gives hold, for whoever may read nothing else`() async throws {
        try await TestDatabase.run { database in
            let leaves = try await Self.fill(database, 1_000)
            let roots = Self.roots(at: Set(1...1_000), leaves)
            try await database.pool(as: .projector).withConnection { connection in
                try LogTree(of: Self.partition, on: connection).extend(to: 1_000)
            }
            try await database.pool(as: .gateway).withConnection { connection in
                let tree = LogTree(of: Self.partition, on: connection)
                for size: Int64 in [1, 7, 256, 600, 1_000] {
                    let root = try #require(roots[size])
                    for index in Set([0, size / 3, size - 1]) {
                        let isIn = MerkleTree.verifyInclusion(
                            leafHash: MerkleTree.leafHash(of: leaves[Int(index)]),
                            index: index,
                            size: size,
                            path: try tree.proof(.inclusion(of: index, in: size)),
                            root: root
                        )
                        #expect(isIn, "entry \(index) of \(size)")
                    }
                    for old in Set([1, size / 2 + 1, size]) {
                        let goesOn = MerkleTree.verifyConsistency(
                            old: old,
                            oldRoot: try #require(roots[old]),
                            size: size,
                            root: root,
                            path: try tree.proof(.consistency(from: old, to: size))
                        )
                        #expect(goesOn, "from \(old) to \(size)")
                    }
                }
            }
        }
    }

    @Test func `a tree is not made of a log with a gap`() async throws {
        try await TestDatabase.run { database in
            _ = try await Self.fill(database, 300)
            try await database.pool().execute("DELETE FROM es.events WHERE position = 100")
            try await database.pool(as: .projector).withConnection { connection in
                let tree = LogTree(of: Self.partition, on: connection)
                #expect(throws: PostgresError.self) { try tree.extend(to: 300) }
                #expect(throws: PostgresError.self) { try tree.root(at: 200) }
            }
        }
    }
}
