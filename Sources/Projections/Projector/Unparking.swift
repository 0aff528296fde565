package import EventStore
package import Events
internal import Foundation
internal import Postgres

/// Projects the events that were set aside for a parked stream's sake, when a repair asks for it: in their order, in the
/// transaction of the repair. Events that are still poison are set aside again.
///
/// Messages that come late take the next places in their room.
package struct Unparking: Sendable {
    private let codec: EventCodec
    private let queries: EventQueries
    private let ahead: RepairsAhead

    package init(codec: EventCodec, queries: EventQueries, ahead: RepairsAhead = RepairsAhead()) {
        self.codec = codec
        self.queries = queries
        self.ahead = ahead
    }

    /// - Returns: what is parked after it.
    func unpark(
        _ repair: RepairEvent,
        at position: Position,
        of tenant: Tenant,
        into set: ReadModelSet,
        on connection: PostgresConnection
    ) throws -> ParkedStreams {
        let stream = repair.parked
        var positions = Set(
            try connection.execute(
                "DELETE FROM rm.parked WHERE tenant = \(tenant.id) AND cause = \(stream) RETURNING position"
            ).decode(Position.self)
        )
        try connection.execute("DELETE FROM rm.parked_streams WHERE tenant = \(tenant.id) AND stream = \(stream)")
        if case .dropped(_, let position, _, _) = repair, positions.remove(position) != nil {
            try connection.execute(
                "INSERT INTO rm.dropped (tenant, position, stream) VALUES (\(tenant.id), \(position), \(stream))"
            )
        }
        let parked = try ParkedStreams.load(of: tenant.partition, on: connection)
        let events = try read(positions, of: tenant, on: connection).map { ahead.applied(to: $0, at: position) }
        return try connection.projectLate(events, into: set, after: parked)
    }

    private func read(
        _ positions: Set<Position>,
        of tenant: Tenant,
        on connection: PostgresConnection
    ) throws -> [LogEvent] {
        guard let first = positions.min(), let last = positions.max() else { return [] }
        var events: [LogEvent] = []
        var position = first - 1
        while position < last {
            let page = try queries.read(of: tenant, after: position, through: last, limit: 500, on: connection)
            guard let end = page.last else { break }
            for raw in page where positions.contains(raw.position) {
                events.append(try LogEvent(raw, by: codec, on: connection))
            }
            position = end.position
        }
        return events
    }
}
