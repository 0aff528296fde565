internal import Postgres
internal import TransparencyLog

/// Holds a partition's tree against its signed heads, and against what is stored of it, while the log is read leaf by leaf.
struct HeadComparison {
    /// How many subtrees are compared at once.
    private static let page = 1_000

    private let partition: Partition
    private let connection: PostgresConnection
    private var heads: HeadReader?
    private var next: SignedTreeHead?
    private var frontier = MerkleFrontier()
    /// The last subtree that is stored of a level: all before it have to be stored too, those behind it are not yet.
    private let stored: [Int: Int64]
    /// Full subtrees that are still to be compared.
    private var nodes: [(subtree: Subtree, hash: [UInt8])] = []

    /// - Parameter heads: of the partition, in order; nil to compare with what is stored alone.
    init(of partition: Partition, with heads: HeadReader?, on connection: PostgresConnection) throws {
        self.partition = partition
        self.connection = connection
        self.heads = heads
        next = try self.heads?.next()
        let levels = try connection.execute(
            "SELECT level, max(index) FROM es.tree_nodes WHERE partition = \(partition.number) GROUP BY level"
        ).decode((Int32, Int64).self)
        stored = Dictionary(uniqueKeysWithValues: levels.map { (Int($0), $1) })
    }

    mutating func append(_ leaf: [UInt8], _ report: inout LogReport) throws(PostgresError) {
        for (subtree, hash) in frontier.append(MerkleTree.leafHash(of: leaf)) {
            guard let last = stored[subtree.level], subtree.index <= last else { continue }
            nodes.append((subtree, hash))
        }
        if nodes.count >= Self.page { try compareNodes(&report) }
    }

    /// After a commit: compares with the heads up to it.
    mutating func compare(chain: [UInt8], _ report: inout LogReport) throws {
        while let head = next?.head, head.size <= report.head {
            // A head of another size than a commit's end was never this log's.
            let isSame = head.size == frontier.size && head.root == frontier.root && head.chain == chain
            report.check(isSame, .headDiffers(head.size))
            report.heads += 1
            next = try heads?.next()
        }
    }

    /// After the last commit.
    mutating func finish(_ report: inout LogReport) throws {
        while let head = next?.head {
            report.check(false, .cutOff(head.size))
            next = try heads?.next()
        }
        try compareNodes(&report)
        for (level, last) in stored.sorted(by: { $0.key < $1.key }) {
            report.check(last < frontier.size >> level, .treeNodeDiffers(level: level, index: last))
        }
    }

    private mutating func compareNodes(_ report: inout LogReport) throws(PostgresError) {
        let hashes = try connection.execute(
            """
            SELECT t.hash
              FROM unnest(\(nodes.map { Int32($0.subtree.level) }), \(nodes.map(\.subtree.index)))
                   WITH ORDINALITY AS n (level, index, place)
              LEFT JOIN es.tree_nodes t
                ON t.partition = \(partition.number) AND t.level = n.level AND t.index = n.index
             ORDER BY n.place
            """
        ).decode([UInt8]?.self)
        for ((subtree, hash), stored) in zip(nodes, hashes) {
            report.check(stored == hash, .treeNodeDiffers(level: subtree.level, index: subtree.index))
        }
        nodes.removeAll(keepingCapacity: true)
    }
}
