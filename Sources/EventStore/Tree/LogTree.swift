package import Postgres
package import TransparencyLog

/// A partition's Merkle tree in the database: the subtrees of 2⁸, 2¹⁶, … leaves are stored, since they never change; all
/// others are made of at most 256 of those below.
///
/// Blocking, on a connection of the caller's. Two processes may extend the same tree at once: they write the same rows.
package struct LogTree {
    /// Between one stored level and the next.
    private static let stride = 8
    /// How many children are read at once.
    private static let pageSize: Int64 = 1 << 14

    private let partition: Partition
    private let connection: PostgresConnection

    /// - Parameter connection: as `daybook_projector` to extend; as any role that reads for the rest.
    package init(of partition: Partition, on connection: PostgresConnection) {
        self.partition = partition
        self.connection = connection
    }

    /// Stores every subtree that is full in a tree of `size` leaves and not stored yet.
    ///
    /// - Parameter isMending: whether to look for those that are missing before others, too, and so at every row that is stored.
    package func extend(to size: Int64, mending isMending: Bool = false) throws(PostgresError) {
        var level = Self.stride
        while size >> level > 0 {
            let first = try isMending ? firstMissing(level) : behindLast(level)
            try extend(level, first, to: size >> level)
            level += Self.stride
        }
    }

    /// The root of the tree of `size` leaves. All that is full in it must be stored.
    package func root(at size: Int64) throws(PostgresError) -> [UInt8] {
        let hashes = try hashes(of: MerkleTree.peaks(at: size))
        return try MerkleTree.root(at: size) { (peak) throws(PostgresError) in try Self.find(peak, hashes) }
    }

    /// The right edge of the tree of `size` leaves. All that is full in it must be stored.
    package func frontier(at size: Int64) throws(PostgresError) -> MerkleFrontier {
        let peaks = MerkleTree.peaks(at: size)
        let hashes = try hashes(of: peaks)
        var found: [[UInt8]] = []
        for peak in peaks { found.append(try Self.find(peak, hashes)) }
        // As many hashes as a tree of this size has peaks.
        return MerkleFrontier(size: size, peaks: found)!
    }

    /// The hashes of a proof. All that is full in the tree that it is of must be stored.
    package func proof(_ path: MerklePath) throws(PostgresError) -> [[UInt8]] {
        let hashes = try hashes(of: path.subtrees)
        return try path.hashes { (subtree) throws(PostgresError) in try Self.find(subtree, hashes) }
    }

    private static func find(_ subtree: Subtree, _ hashes: [Subtree: [UInt8]]) throws(PostgresError) -> [UInt8] {
        guard let hash = hashes[subtree] else {
            throw PostgresError(.decoding, "the tree has no subtree \(subtree.index) of level \(subtree.level)")
        }
        return hash
    }

    // MARK: Extending

    private func behindLast(_ level: Int) throws(PostgresError) -> Int64 {
        try connection.execute(
            """
            SELECT coalesce(max(index) + 1, 0) FROM es.tree_nodes
            WHERE partition = \(partition.number) AND level = \(Int32(level))
            """
        ).decode(Int64.self)[0]
    }

    private func firstMissing(_ level: Int) throws(PostgresError) -> Int64 {
        try connection.execute(
            """
            SELECT coalesce(min(place) FILTER (WHERE index <> place), count(*))
              FROM (SELECT index, row_number() OVER (ORDER BY index) - 1 AS place FROM es.tree_nodes
                    WHERE partition = \(partition.number) AND level = \(Int32(level))) n
            """
        ).decode(Int64.self)[0]
    }

    private func extend(_ level: Int, _ first: Int64, to count: Int64) throws(PostgresError) {
        var next = first
        while next < count {
            let end = min(count, next + Self.pageSize >> Self.stride)
            let children = try children(of: level, next..<end)
            var hashes: [[UInt8]] = []
            for start in Swift.stride(from: 0, to: children.count, by: 1 << Self.stride) {
                hashes.append(Self.join(children[start..<start + 1 << Self.stride]))
            }
            try connection.execute(
                """
                INSERT INTO es.tree_nodes (partition, level, index, hash)
                SELECT \(partition.number), \(Int32(level)), n.index, n.hash
                  FROM unnest(\(Array(next..<end)), \(hashes)) AS n (index, hash)
                ON CONFLICT DO NOTHING
                """
            )
            next = end
        }
    }

    private func children(of level: Int, _ nodes: Range<Int64>) throws(PostgresError) -> [[UInt8]] {
        let base = level - Self.stride
        let range = nodes.lowerBound << Self.stride..<nodes.upperBound << Self.stride
        return try hashes(try connection.execute(query(base, range)), base, range)
    }

    // MARK: Reading

    private func hashes(of subtrees: [Subtree]) throws(PostgresError) -> [Subtree: [UInt8]] {
        let parts = subtrees.map { subtree in
            let base = subtree.level / Self.stride * Self.stride
            return (base, range: subtree.leaves.lowerBound >> base..<subtree.leaves.upperBound >> base)
        }
        let results = try connection.pipeline(parts.map { query($0.0, $0.range) })
        var found: [Subtree: [UInt8]] = [:]
        for ((subtree, part), result) in zip(zip(subtrees, parts), results) {
            found[subtree] = Self.join(try hashes(result, part.0, part.range)[...])
        }
        return found
    }

    /// The nodes of a stored level, or of level 0, in order.
    private func query(_ level: Int, _ range: Range<Int64>) -> SQL {
        if level == 0 {
            // Entry i is the leaf of position i + 1.
            return """
                SELECT pos - 1, leaf FROM es.leaves(\(partition.number), \(range.lowerBound + 1), \(range.upperBound))
                """
        }
        return """
            SELECT index, hash FROM es.tree_nodes
            WHERE partition = \(partition.number) AND level = \(Int32(level))
              AND index >= \(range.lowerBound) AND index < \(range.upperBound)
            ORDER BY index
            """
    }

    private func hashes(
        _ result: PostgresResult,
        _ level: Int,
        _ range: Range<Int64>
    ) throws(PostgresError) -> [[UInt8]] {
        let rows = try result.decode((Int64, [UInt8]).self)
        guard rows.map(\.0) == Array(range) else {
            throw PostgresError(.decoding, "partition \(partition) lacks nodes of level \(level) in \(range)")
        }
        return rows.map { level == 0 ? MerkleTree.leafHash(of: $1) : $1 }
    }

    /// The root over nodes of one level.
    private static func join(_ nodes: ArraySlice<[UInt8]>) -> [UInt8] {
        var frontier = MerkleFrontier()
        for node in nodes { frontier.append(node) }
        return frontier.root
    }
}
