internal import Postgres
package import TransparencyLog

/// What can be proved of a log to whoever has its public key.
package struct LogProofs: Sendable {
    private let log: EventLog
    private let folder: HeadFolder

    package init(log: EventLog, folder: HeadFolder) {
        self.log = log
        self.folder = folder
    }

    /// The latest signed head of a partition; nil before the first.
    package func head(of partition: Partition) async throws -> SignedTreeHead? {
        // Files are read where blocking is nobody's loss.
        try await log.readers.withConnection { [folder] _ in try folder.latest(of: partition.number) }
    }

    private static func head(
        of partition: Int32,
        covering size: Int64?,
        in folder: HeadFolder
    ) throws -> SignedTreeHead? {
        if let size { try folder.first(of: partition, covering: size) } else { try folder.latest(of: partition) }
    }

    /// That a tenant's event stands at `position`, by the first head whose tree has at least `size` entries, or by the latest.
    /// Nil if there is no such event of the tenant's, or no head that covers it.
    package func inclusion(
        of position: Position,
        of tenant: Tenant,
        in size: Int64?
    ) async throws -> InclusionProof? {
        try await log.readers.withConnection { [folder, queries = log.queries] connection in
            let number = tenant.partition.number
            let head = try Self.head(of: number, covering: size, in: folder)
            let events = try queries.read(
                of: tenant,
                after: position - 1,
                through: position,
                limit: 1,
                on: connection
            )
            guard let head, let event = events.first, position <= head.head.size else { return nil }
            let path = try LogTree(of: tenant.partition, on: connection)
                .proof(.inclusion(of: position - 1, in: head.head.size))
            return InclusionProof(position: position, event: .init(event), path: path, head: head)
        }
    }

    /// That the log has only grown since its tree had `old` entries, by the first head whose tree has at least `size` entries,
    /// or by the latest. Nil if no head covers both.
    package func consistency(
        from old: Int64,
        to size: Int64?,
        of partition: Partition
    ) async throws -> ConsistencyProof? {
        try await log.readers.withConnection { [folder] connection in
            let number = partition.number
            let head = try Self.head(of: number, covering: size, in: folder)
            guard let head, old <= head.head.size else { return nil }
            let path = try LogTree(of: partition, on: connection).proof(.consistency(from: old, to: head.head.size))
            return ConsistencyProof(from: old, path: path, head: head)
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
