internal import Postgres
internal import TransparencyLog

/// Holds a partition's tree against its signed heads, and against what is stored of it, while the log is read leaf by leaf.
struct HeadComparison {
    private var heads: HeadReader?
    private var next: SignedTreeHead?
    private var frontier = MerkleFrontier()
    /// The subtrees of the levels that are stored, in the order in which they became full.
    private var nodes: [Subtree: [UInt8]] = [:]

    /// - Parameter heads: of the partition, in order; nil to compare with what is stored alone.
    init(with heads: HeadReader?) throws {
        self.heads = heads
        next = try self.heads?.next()
    }

    mutating func append(_ leaf: [UInt8]) {
        for (subtree, hash) in frontier.append(MerkleTree.leafHash(of: leaf)) where LogTree.stores(subtree.level) {
            nodes[subtree] = hash
        }
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
    mutating func finish(_ report: inout LogReport, on connection: PostgresConnection) throws {
        while let head = next?.head {
            report.check(false, .cutOff(head.size))
            next = try heads?.next()
        }
        let stored = try connection.execute(
            "SELECT level, index, hash FROM es.tree_nodes WHERE partition = \(report.partition.number)"
        ).decode((Int32, Int64, [UInt8]).self)
        for (level, index, hash) in stored {
            report.check(
                nodes[Subtree(level: Int(level), index: index)] == hash,
                .treeNodeDiffers(level: Int(level), index: index)
            )
        }
    }
}
