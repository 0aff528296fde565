internal import Postgres
package import TransparencyLog

/// What can be proved of a log to whoever has its public key. What is given out was verified.
package struct LogProofs: Sendable {
    private let log: EventLog
    private let lookup: HeadLookup
    private let verifier: HeadVerifier

    package init(log: EventLog, folder: HeadFolder) {
        self.log = log
        lookup = HeadLookup(folder)
        verifier = folder.verifier
    }

    /// The latest signed head of a partition; nil before the first.
    package func head(of partition: Partition) async throws -> SignedTreeHead? {
        try await head(of: partition, covering: nil)
    }

    /// That a tenant's event stands at `position`, by the first head whose tree has at least `size` entries, or by the latest.
    /// Nil if there is no such event of the tenant's, or no head that covers it.
    package func inclusion(
        of position: Position,
        of tenant: Tenant,
        in size: Int64?
    ) async throws -> InclusionProof? {
        // First, since it costs least and mostly is what is missing.
        let events = try await log.read(of: tenant, after: position - 1, through: position, limit: 1)
        guard let event = events.first, let head = try await head(of: tenant.partition, covering: size),
            position <= head.head.size
        else { return nil }
        let path = try await path(.inclusion(of: position - 1, in: head.head.size), of: tenant.partition, by: head)
            .hashes
        let proof = InclusionProof(position: position, event: .init(event), path: path, head: head)
        do { _ = try proof.verify(by: verifier) } catch is ProofError { throw ProofFailure.logDiffers(head.head) }
        return proof
    }

    /// That the log has only grown since its tree had `old` entries, by the first head whose tree has at least `size` entries,
    /// or by the latest. Nil if no head covers both.
    package func consistency(
        from old: Int64,
        to size: Int64?,
        of partition: Partition
    ) async throws -> ConsistencyProof? {
        guard let head = try await head(of: partition, covering: size), old <= head.head.size else { return nil }
        let (path, root) = try await path(
            .consistency(from: old, to: head.head.size),
            of: partition,
            by: head,
            withRootAt: old
        )
        let isSo = MerkleTree.verifyConsistency(
            old: old,
            oldRoot: root,
            size: head.head.size,
            root: head.head.root,
            path: path
        )
        guard isSo else { throw ProofFailure.logDiffers(head.head) }
        return ConsistencyProof(from: old, path: path, head: head)
    }

    private func head(of partition: Partition, covering size: Int64?) async throws -> SignedTreeHead? {
        do {
            return try await lookup.head(of: partition, covering: size)
        } catch HeadFolderError.system(let path, let errno) {
            throw ProofFailure.headsAway("\(HeadFolderError.system(path: path, errno: errno))")
        }
    }

    /// The hashes of a path, and the root of the tree of a size.
    private func path(
        _ path: MerklePath,
        of partition: Partition,
        by head: SignedTreeHead,
        withRootAt size: Int64 = 0
    ) async throws -> (hashes: [[UInt8]], root: [UInt8]) {
        do {
            return try await log.readers.withConnection { (connection) throws(PostgresError) in
                let tree = LogTree(of: partition, on: connection)
                return (try tree.proof(path), try tree.root(at: size))
            }
        } catch  where error.code == .decoding {
            // Before a head is signed its tree is stored: here it is not there any more.
            throw ProofFailure.logDiffers(head.head)
        }
    }
}

/// Why nothing can be proved at the moment.
package enum ProofFailure: Error, Sendable, CustomStringConvertible {
    /// The folder of the heads cannot be read, or not soon.
    case headsAway(String)
    /// The log is not, or not any more, what this head was signed for.
    case logDiffers(TreeHead)

    package var description: String {
        switch self {
        case .headsAway(let why): why
        case .logDiffers(let head):
            "partition \(head.partition) is not what its signed head at \(head.size) was signed for"
        }
    }
}

extension InclusionProof.Event {
    fileprivate init(_ event: RecordedEvent) {
        self.init(
            tenant: event.tenant,
            stream: event.stream,
            id: event.id,
            type: event.type.name,
            schema: Int32(event.type.version),
            command: event.commandKey,
            metadata: event.metadata,
            payload: event.payload
        )
    }
}
