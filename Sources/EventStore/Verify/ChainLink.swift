internal import Crypto
internal import Postgres

/// One commit in a partition's hash chain, as `es.append_p<n>` computes it.
struct ChainLink {
    let first: Position
    let last: Position
    let committedAt: PostgresTimestamp
    let root: [UInt8]

    /// What the first link stands on.
    static func origin(of partition: Partition) -> [UInt8] {
        var sha = SHA256()
        sha.update(data: Array("daybook log".utf8))
        withUnsafeBytes(of: partition.number.bigEndian) { sha.update(bufferPointer: $0) }
        return Array(sha.finalize())
    }

    func hash(after previous: [UInt8]) -> [UInt8] {
        // Postgres sends a time as microseconds since the start of 2000.
        let time = committedAt.microsecondsSince1970 - 946_684_800_000_000
        var sha = SHA256()
        sha.update(data: previous)
        for number in [first, last, time] { withUnsafeBytes(of: number.bigEndian) { sha.update(bufferPointer: $0) } }
        sha.update(data: root)
        return Array(sha.finalize())
    }
}
