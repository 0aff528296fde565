internal import CoreMetrics
package import Logging
package import Postgres
package import TransparencyLog

/// Signs what each partition's log has become, once a second while it grows, and keeps the signed heads in a folder outside the
/// database. Whoever has one of them, and the public key, can prove that nothing before it has changed since.
///
/// A head is signed only if it goes on from the last one: who has rewritten what that one covers, as far as its tree and chain
/// tell, gets no signature any more. What lies below a stored subtree (`LogTree`) is not read again: a leaf that was changed
/// there leaves the tree as it was signed, and is found by `LogVerifier`. Any number of processes may do this for one folder: a
/// head is appended only behind the one that it was compared with.
package final class HeadKeeper: Sendable {
    private let heads: PositionWatch
    private let pool: PostgresPool
    private let folder: HeadFolder
    private let signer: HeadSigner
    private let cell: String?
    private let interval: Duration
    private let restInterval: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - heads: of the log, kept up to date by `EventLog.run`.
    ///   - pool: connects as `daybook_projector`.
    ///   - cell: whose log it is, if there are others to be told from in logs and metrics.
    ///   - restInterval: how often a log that does not grow is compared with its head all the same.
    package init(
        heads: PositionWatch,
        pool: PostgresPool,
        folder: HeadFolder,
        signer: HeadSigner,
        cell: String? = nil,
        interval: Duration = .seconds(1),
        restInterval: Duration = .seconds(60),
        logger: Logger
    ) {
        self.heads = heads
        self.pool = pool
        self.folder = folder
        self.signer = signer
        self.cell = cell
        self.interval = interval
        self.restInterval = restInterval
        var logger = logger
        if let cell { logger[metadataKey: "cell"] = "\(cell)" }
        self.logger = logger
    }

    /// Signs until cancelled.
    package func run(_ partitions: [Partition]) async {
        var seen: [Partition: (size: Position, at: ContinuousClock.Instant)] = [:]
        // What was said of a partition's failure, once and not at every look.
        var told: [Partition: String] = [:]
        while !Task.isCancelled {
            for partition in partitions {
                // The first look is at all of them: a log may have been emptied while nobody looked.
                if let seen = seen[partition], heads[partition] <= seen.size, seen.at.duration(to: .now) < restInterval
                {
                    continue
                }
                do {
                    let size = try await sign(partition, mending: seen[partition] == nil)?.head.size ?? 0
                    seen[partition] = (size, .now)
                    told[partition] = nil
                    measure(partition, size: size, isFaulty: false)
                } catch {
                    if Task.isCancelled { return }
                    let isFault = error.isContradiction
                    if isFault { measure(partition, size: nil, isFaulty: true) }
                    let text = "\(error)"
                    guard told.updateValue(text, forKey: partition) != text else { continue }
                    if isFault {
                        logger.critical(
                            "no head is signed",
                            metadata: ["fault": "\(text)"]
                        )
                    } else {
                        logger.warning(
                            "no head is signed yet",
                            metadata: ["error": "\(text)"]
                        )
                    }
                }
            }
            // A cancelled sleep only means that the work is over.
            try? await Task.sleep(for: interval)
        }
    }

    private func measure(_ partition: Partition, size: Position?, isFaulty: Bool) {
        let dimensions = [("partition", partition.name(in: cell))]
        if let size { Gauge(label: "daybook_signed_head_position", dimensions: dimensions).record(size) }
        Gauge(label: "daybook_signed_head_fault", dimensions: dimensions).record(isFaulty ? 1 : 0)
    }

    /// Signs the head of the partition as it is now and keeps it, unless that was done before.
    ///
    /// - Parameter isMending: whether to store again what was taken out of the stored tree (`LogTree`).
    /// - Returns: the latest head; nil while the partition is empty.
    /// - Throws: `HeadFault` if the log does not go on from the latest head.
    @discardableResult
    package func sign(_ partition: Partition, mending isMending: Bool = false) async throws -> SignedTreeHead? {
        while true {
            do {
                return try await pool.withConnection { [folder, signer] connection in
                    try Self.sign(partition, mending: isMending, by: signer, into: folder, on: connection)
                }
            } catch HeadFolderError.movedOn {
                // Somebody else was faster: the log has to go on from that head too.
                try Task.checkCancellation()
            }
        }
    }

    private static func sign(
        _ partition: Partition,
        mending isMending: Bool,
        by signer: HeadSigner,
        into folder: HeadFolder,
        on connection: PostgresConnection
    ) throws -> SignedTreeHead? {
        // Before the log is looked at, which so has all that was signed.
        let latest = try folder.latest(of: partition.number)
        let end = try commit(partition, at: .max, on: connection)?.last ?? 0
        let tree = LogTree(of: partition, on: connection)
        try tree.extend(to: end, mending: isMending)
        // What is compared and what is signed is one and the same log.
        let signed = try connection.transaction(isolation: .repeatableRead, readOnly: true) { connection in
            try compare(latest, partition, on: connection)
            guard let (size, chain) = try commit(partition, at: end, on: connection), size != latest?.head.size else {
                return latest
            }
            return try signer.sign(
                partition: partition.number,
                size: size,
                root: try tree.root(at: size),
                chain: chain
            )
        }
        if let signed, signed != latest { try folder.append(signed, after: latest) }
        return signed
    }

    /// Throws `HeadFault` unless the log begins with what the head is of.
    private static func compare(
        _ latest: SignedTreeHead?,
        _ partition: Partition,
        on connection: PostgresConnection
    ) throws {
        guard let head = latest?.head else { return }
        guard let (size, _) = try commit(partition, at: .max, on: connection), head.size <= size else {
            throw HeadFault.cutOff(head)
        }
        let then = try commit(partition, at: head.size, on: connection)
        guard let then, then == (head.size, head.chain),
            try LogTree(of: partition, on: connection).root(at: head.size) == head.root
        else { throw HeadFault.rewritten(head) }
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

extension Error {
    /// Whether the log and its heads cannot both be true, which does not pass by waiting.
    fileprivate var isContradiction: Bool {
        if case .goesBack = self as? HeadFolderError { return true }
        return self is HeadFault
    }
}
