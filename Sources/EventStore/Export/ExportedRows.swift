internal import Foundation
internal import Postgres
internal import TransparencyLog

/// Reads the events of a range in order, a page at a time, as one tenant may see them.
struct ExportedRows {
    private let tenant: Tenant
    private let last: Position
    private let types: [Int32: EventType]
    private let connection: PostgresConnection
    private let page: Int

    private var position: Position
    private var records: ArraySlice<ExportRecord> = []

    init(
        of tenant: Tenant,
        after position: Position,
        through last: Position,
        types: [Int32: EventType],
        on connection: PostgresConnection,
        page: Int
    ) {
        self.tenant = tenant
        self.position = position
        self.last = last
        self.types = types
        self.connection = connection
        self.page = page
    }

    /// The next event; nil after the last one.
    mutating func next() throws -> ExportRecord? {
        if records.isEmpty { try read() }
        return records.popFirst()
    }

    private mutating func read() throws {
        let leaves = try connection.execute(
            """
            SELECT position, leaf, event, version FROM es.events
            WHERE partition = \(tenant.partition.number) AND position > \(position) AND position <= \(last)
            ORDER BY position LIMIT \(page)
            """
        ).decode((Position, [UInt8], UUID, StreamVersion).self)
        guard let end = leaves.last?.0 else { return }
        for (index, (position, _, _, _)) in leaves.enumerated() where position != self.position + Position(index) + 1 {
            throw LogExportError.ends(at: self.position + Position(index))
        }
        let own = try own(through: end)
        let records = leaves.map { position, leaf, event, version -> ExportRecord in
            if let event = own[position] { return .event(event) }
            let versionHash = CommitRoot.versionHash(of: event, version: version)
            return .leaf(position: position, leaf: leaf, versionHash: versionHash)
        }
        self.records = records[...]
        position = end
    }

    /// The tenant's own events after `position`.
    private func own(through end: Position) throws -> [Position: ExportedEvent] {
        let rows = try connection.execute(
            """
            SELECT position, version, stream, event, type, command, leaf, metadata, payload FROM es.events
            WHERE partition = \(tenant.partition.number) AND tenant = \(tenant.id)
              AND position > \(position) AND position <= \(end)
            """
        ).decode((Position, StreamVersion, UUID, UUID, Int32, [UInt8], [UInt8], [UInt8], [UInt8]).self)
        var events: [Position: ExportedEvent] = [:]
        for (position, version, stream, event, number, command, leaf, metadata, payload) in rows {
            guard let type = types[number] else { throw LogExportError.ends(at: position - 1) }
            events[position] = ExportedEvent(
                position: position,
                version: version,
                stream: stream,
                event: event,
                type: type.name,
                schema: Int32(type.version),
                commandKey: command,
                leaf: leaf,
                metadata: metadata,
                payload: payload
            )
        }
        return events
    }
}
