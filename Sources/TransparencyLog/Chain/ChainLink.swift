internal import Crypto

/// One commit in a partition's hash chain, as `es.append_p<n>` computes it.
package struct ChainLink: Hashable, Sendable {
    package let first: Int64
    package let last: Int64
    /// In microseconds since the start of 1970.
    package let committedAt: Int64
    /// The commit's `CommitRoot`.
    package let root: [UInt8]

    package init(first: Int64, last: Int64, committedAt: Int64, root: [UInt8]) {
        self.first = first
        self.last = last
        self.committedAt = committedAt
        self.root = root
    }

    /// What the first link of a partition stands on.
    package static func origin(of partition: Int32) -> [UInt8] {
        var sha = SHA256()
        sha.update(data: Array("daybook log".utf8))
        withUnsafeBytes(of: partition.bigEndian) { sha.update(bufferPointer: $0) }
        return Array(sha.finalize())
    }

    package func hash(after previous: [UInt8]) -> [UInt8] {
        // Postgres sends a time as microseconds since the start of 2000. A time that was made up may overflow; it stays itself.
        let time = committedAt &- 946_684_800_000_000
        var sha = SHA256()
        sha.update(data: previous)
        for number in [first, last, time] { withUnsafeBytes(of: number.bigEndian) { sha.update(bufferPointer: $0) } }
        sha.update(data: root)
        return Array(sha.finalize())
    }
}
