internal import Foundation
package import Postgres
package import TransparencyLog

/// Writes a range of a partition's log as an export for one tenant: their own events whole, those of others as leaves, for
/// `ExportVerifier` to check without this database.
package struct LogExporter {
    private let connection: PostgresConnection
    private let page: Int

    /// - Parameters:
    ///   - connection: of a role that sees all tenants: `daybook_projector`, or an owner.
    ///   - page: how many rows are held at a time.
    package init(on connection: PostgresConnection, page: Int = 1_000) {
        self.connection = connection
        self.page = page
    }

    /// Exports the log from the commit that `position` is in to a signed head. Appends may go on meanwhile.
    ///
    /// - Parameters:
    ///   - head: of the tenant's partition, as `HeadKeeper` signs it: the tree of what it covers is stored.
    ///   - publicKey: of the head's signer, which is laid beside the export.
    ///   - folder: not there yet, or empty.
    package func export(
        _ tenant: Tenant,
        from position: Position = 1,
        to head: SignedTreeHead,
        publicKey: String,
        into folder: String
    ) throws -> ExportManifest {
        precondition(head.head.partition == tenant.partition.number, "the head is of another partition")
        let first = try firstPosition(of: tenant.partition, committedWith: position)
        guard let first, first <= head.head.size else { throw LogExportError.nothingThere(from: position) }
        var writer = try ExportWriter(
            folder: folder,
            tenant: tenant.id,
            head: head,
            publicKey: publicKey,
            after: try LogTree(of: tenant.partition, on: connection).frontier(at: first - 1),
            chain: try chain(of: tenant.partition, before: first)
        )
        try write(tenant, after: first - 1, through: head.head.size, with: &writer)
        return try writer.finish()
    }

    private func write(
        _ tenant: Tenant,
        after position: Position,
        through size: Position,
        with writer: inout ExportWriter
    ) throws {
        let dictionary = TypeDictionary()
        try dictionary.load(on: connection)
        var position = position
        while position < size {
            let commits = try commits(of: tenant.partition, after: position, through: size)
            guard let last = commits.last?.link.last else { throw LogExportError.ends(at: position) }
            var events = ExportedRows(
                of: tenant,
                after: position,
                through: last,
                types: dictionary.types,
                on: connection,
                page: page
            )
            for commit in commits {
                try writer.add(.commit(commit))
                while position < commit.link.last {
                    guard let record = try events.next() else { throw LogExportError.ends(at: position) }
                    try writer.add(record)
                    position += 1
                }
            }
        }
    }

    private func commits(
        of partition: Partition,
        after position: Position,
        through size: Position
    ) throws(PostgresError) -> [ExportedCommit] {
        try connection.execute(
            """
            SELECT first_position, last_position, committed_at, root, hash FROM es.commits
            WHERE partition = \(partition.number) AND last_position > \(position) AND last_position <= \(size)
            ORDER BY last_position LIMIT \(page)
            """
        ).decode((Position, Position, PostgresTimestamp, [UInt8], [UInt8]).self).map {
            first,
            last,
            committedAt,
            root,
            hash in
            ExportedCommit(
                link: ChainLink(first: first, last: last, committedAt: committedAt.microsecondsSince1970, root: root),
                hash: hash
            )
        }
    }

    private func firstPosition(
        of partition: Partition,
        committedWith position: Position
    ) throws(PostgresError) -> Position? {
        try connection.execute(
            """
            SELECT first_position FROM es.commits WHERE partition = \(partition.number) AND last_position >= \(position)
            ORDER BY last_position LIMIT 1
            """
        ).decode(Position.self).first
    }

    private func chain(of partition: Partition, before first: Position) throws -> [UInt8] {
        if first == 1 { return ChainLink.origin(of: partition.number) }
        let hashes = try connection.execute(
            "SELECT hash FROM es.commits WHERE partition = \(partition.number) AND last_position = \(first - 1)"
        ).decode([UInt8].self)
        guard let hash = hashes.first else { throw LogExportError.ends(at: first - 1) }
        return hash
    }
}

/// Why there is nothing to export.
package enum LogExportError: Error, Equatable, CustomStringConvertible {
    /// No commit from this position on is covered by the head.
    case nothingThere(from: Position)
    /// The log is not as large as the signed head says, or has a gap: it needs to be verified.
    case ends(at: Position)

    package var description: String {
        switch self {
        case .nothingThere(let position): "no commit from position \(position) on is covered by the signed head"
        case .ends(let position):
            "the log has nothing after position \(position), which the signed head covers; verify it"
        }
    }
}
