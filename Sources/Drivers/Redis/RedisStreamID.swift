/// Where an entry stands in its stream: `ms-seq`.
package struct RedisStreamID: Sendable, Hashable, Comparable {
    package let ms: UInt64
    package let seq: UInt64

    /// Before every entry: no entry has it.
    package static let zero = RedisStreamID(ms: 0, seq: 0)

    package init(ms: UInt64, seq: UInt64) {
        self.ms = ms
        self.seq = seq
    }

    package static func < (left: Self, right: Self) -> Bool { (left.ms, left.seq) < (right.ms, right.seq) }
}

extension RedisStreamID: LosslessStringConvertible {
    /// Reads `ms-seq`, or `ms` alone with 0 after it.
    package init?(_ description: String) {
        let parts = description.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let ms = UInt64(parts[0]), let seq = parts.count == 2 ? UInt64(parts[1]) : 0 else { return nil }
        self.init(ms: ms, seq: seq)
    }

    package var description: String { "\(ms)-\(seq)" }
}

extension RedisStreamID: RedisArgument {
    package func append(to batch: inout RedisBatch) { batch.appendWord(self) }
}
