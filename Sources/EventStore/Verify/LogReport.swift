package import Foundation
internal import TransparencyLog

/// What a verification of a partition found.
package struct LogReport: Sendable {
    package enum Fault: Sendable, Equatable {
        /// A commit that does not begin after the one before it.
        case commitOutOfPlace(first: Position, last: Position)
        case timeWentBack(Position)
        /// A commit's root is not that of its events' leaves and versions.
        case rootDiffers(Position)
        /// A commit's hash is not that of the previous hash and its row.
        case linkDiffers(Position)
        case gap(after: Position)
        /// An event's leaf is not the hash of its row.
        case leafDiffers(Position)
        /// An event without a commit.
        case stray(Position)
        case versionOutOfOrder(Position)
        /// The table of streams does not say what the events do.
        case streamDiffers(UUID)
        /// The tree or the chain is not what a signed head says that it was at this position.
        case headDiffers(Position)
        /// A stored subtree is not the hash of its leaves, or is missing before others of its level.
        case treeNodeDiffers(level: Int, index: Int64)
        /// The log ends before this position, for which there is a signed head.
        case cutOff(Position)
    }

    package let partition: Partition
    package internal(set) var commits = 0
    package internal(set) var events = 0
    /// Signed heads that were compared with it.
    package internal(set) var heads = 0
    /// The last commit's position and hash.
    package internal(set) var head: Position = 0
    package internal(set) var hash: [UInt8]
    /// At most `LogVerifier.faultLimit`.
    package private(set) var faults: [Fault] = []

    init(_ partition: Partition) {
        self.partition = partition
        hash = ChainLink.origin(of: partition.number)
    }

    mutating func check(_ isTrue: Bool, _ fault: @autoclosure () -> Fault) {
        guard !isTrue, faults.count < LogVerifier.faultLimit else { return }
        faults.append(fault())
    }
}
