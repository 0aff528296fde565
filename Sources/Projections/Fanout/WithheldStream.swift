internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// A stream of which an event is set aside: a user's is told nothing, a room's or a message's is shown to nobody.
struct WithheldStream: Sendable {
    let tenant: UUID
    let stream: UUID
    /// Of the event that could not be projected.
    let position: Position

    static func load(
        of partition: Partition,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [WithheldStream] {
        try connection.execute(
            "SELECT tenant, stream, position FROM rm.parked_streams WHERE partition = \(partition.number)"
        ).decode((UUID, UUID, Int64).self).map { WithheldStream(tenant: $0, stream: $1, position: $2) }
    }
}
