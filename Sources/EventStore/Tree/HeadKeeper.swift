package import Logging
package import Postgres
internal import Synchronization
package import TransparencyLog

/// Signs what each partition's log has become, once a second while it grows, and keeps the signed heads in a folder outside the
/// database. Whoever has one of them, and the public key, can prove that nothing before it has changed since.
///
/// A head is signed only if it goes on from the last one: who has rewritten the log gets no signature for it. Any number of
/// processes may do this for one folder.
package final class HeadKeeper: Sendable {
    private let heads: PositionWatch
    private let pool: PostgresPool
    private let folder: HeadFolder
    private let signer: HeadSigner
    private let interval: Duration
    private let logger: Logger
    /// Where each partition stood when it was looked at last, so that a log at rest is left alone.
    private let seen = Mutex<[Partition: Position]>([:])

    /// - Parameters:
    ///   - heads: of the log, kept up to date by `EventLog.run`.
    ///   - pool: connects as `daybook_projector`.
    package init(
        heads: PositionWatch,
        pool: PostgresPool,
        folder: HeadFolder,
        signer: HeadSigner,
        interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.heads = heads
        self.pool = pool
        self.folder = folder
        self.signer = signer
        self.interval = interval
        self.logger = logger
    }

    /// Signs until cancelled.
    package func run(_ partitions: [Partition]) async {
        while !Task.isCancelled {
            for partition in partitions where heads[partition] > seen.withLock({ $0[partition] ?? 0 }) {
                do {
                    let head = try await sign(partition)
                    seen.withLock { $0[partition] = head?.head.size ?? 0 }
                } catch let fault as HeadFault {
                    logger.critical("no head is signed", metadata: ["fault": "\(fault)"])
                } catch {
                    if Task.isCancelled { return }
                    logger.warning("no head is signed yet", metadata: ["error": "\(error)"])
                }
            }
            // A cancelled sleep only means that the work is over.
            try? await Task.sleep(for: interval)
        }
    }

    /// Signs the head of the partition as it is now and keeps it, unless that was done before.
    ///
    /// - Returns: the latest head; nil while the partition is empty.
    /// - Throws: `HeadFault` if the log does not go on from the latest head.
    @discardableResult
    package func sign(_ partition: Partition) async throws -> SignedTreeHead? {
        try await pool.withConnection { [folder, signer] connection in
            let latest = try folder.latest(of: partition.number)
            guard let (size, chain) = try Self.commit(partition, at: .max, on: connection) else {
                guard let latest else { return nil }
                throw HeadFault.cutOff(latest.head)
            }
            let tree = LogTree(of: partition, on: connection)
            try tree.extend(to: size)
            if let latest {
                guard latest.head.size <= size else { throw HeadFault.cutOff(latest.head) }
                let then = try Self.commit(partition, at: latest.head.size, on: connection)
                guard let then, then == (latest.head.size, latest.head.chain),
                    try tree.root(at: latest.head.size) == latest.head.root
                else { throw HeadFault.rewritten(latest.head) }
                if latest.head.size == size { return latest }
            }
            let signed = try signer.sign(
                partition: partition.number,
                size: size,
                root: try tree.root(at: size),
                chain: chain
            )
            try folder.append(signed)
            return signed
        }
    }

    /// The last commit that ends at `position` or before.
    private static func commit(
        _ partition: Partition,
        at position: Position,
        on connection: PostgresConnection
    ) throws(PostgresError) -> (last: Position, hash: [UInt8])? {
        let rows = try connection.execute(
            """
            SELECT last_position, hash FROM es.commits
            WHERE partition = \(partition.number) AND last_position <= \(position) ORDER BY last_position DESC LIMIT 1
            """
        ).decode((Position, [UInt8]).self)
        return rows.first
    }
}

/// The log is not what a head says that it was.
package enum HeadFault: Error, Sendable, CustomStringConvertible {
    /// It ends before the head.
    case cutOff(TreeHead)
    /// Its tree or chain at the head's size is another.
    case rewritten(TreeHead)

    package var description: String {
        switch self {
        case .cutOff(let head): "partition \(head.partition) ends before its signed head at \(head.size)"
        case .rewritten(let head): "partition \(head.partition) is not what its signed head at \(head.size) says it was"
        }
    }
}
