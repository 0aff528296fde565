package import EventStore
package import Events
internal import Foundation
package import Postgres

package import struct Foundation.UUID

/// Projects the events that were set aside for a parked stream's sake, after what was wrong has been mended: in their order,
/// in one transaction. Events that are still poison are set aside again.
///
/// Messages that come late take the next places in their room.
package struct Unparking {
    private let codec: EventCodec
    private let queries: EventQueries

    package init(codec: EventCodec, queries: EventQueries) {
        self.codec = codec
        self.queries = queries
    }

    /// - Parameter connection: as the role `daybook_projector`.
    /// - Returns: how many events are no longer set aside.
    package func unpark(_ stream: UUID, of tenant: Tenant, on connection: PostgresConnection) throws -> Int {
        try connection.transaction { connection in
            // Like a new owner: waits for the projector's transaction, and makes it read anew what is parked.
            try connection.execute(
                """
                UPDATE rm.checkpoints SET lease_owner = NULL, lease_until = NULL, lease_epoch = lease_epoch + 1
                 WHERE projection = \(PartitionProjection.name) AND partition = \(tenant.partition.number)
                """
            )
            let positions = try connection.execute(
                "DELETE FROM rm.parked WHERE tenant = \(tenant.id) AND cause = \(stream) RETURNING position"
            ).decode(Position.self)
            try connection.execute("DELETE FROM rm.parked_streams WHERE tenant = \(tenant.id) AND stream = \(stream)")
            let parked = try ParkedStreams.load(of: tenant.partition, on: connection)
            let events = try read(Set(positions), of: tenant, on: connection)
            _ = try connection.projectSingly(events, after: parked, areLate: true)
            let left = try connection.execute(
                "SELECT count(*) FROM rm.parked WHERE tenant = \(tenant.id) AND position = ANY (\(positions))"
            ).decode(Int.self)
            return positions.count - left[0]
        }
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
