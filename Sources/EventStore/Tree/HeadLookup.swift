internal import Threads
internal import TransparencyLog

/// Looks into a folder of heads, on a thread of its own: a folder that hangs, as a network's may, holds up those who ask for a
/// head and nobody else.
final class HeadLookup: Sendable {
    private let queue = BlockingQueue<@Sendable () -> Void>(capacity: 100)
    private let folder: HeadFolder

    init(_ folder: HeadFolder) {
        self.folder = folder
        _ = DedicatedThread(name: "head-lookup") { [queue] in
            while let look = queue.take() { look() }
        }
    }

    deinit { queue.close() }

    /// The first head whose tree has at least `size` entries, or the latest; nil if there is none.
    func head(of partition: Partition, covering size: Int64?) async throws -> SignedTreeHead? {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = queue.push { [folder] in
                continuation.resume(
                    with: Result {
                        if let size { return try folder.first(of: partition.number, covering: size) }
                        return try folder.latest(of: partition.number)
                    }
                )
            }
            if !isTaken {
                continuation.resume(throwing: ProofFailure.headsAway("too many wait for the folder of heads"))
            }
        }
    }
}
