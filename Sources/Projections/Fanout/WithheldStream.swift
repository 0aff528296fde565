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

    typealias Row = (UUID, UUID, Int64)

    init(_ row: Row) { (tenant, stream, position) = row }

    static func query(of partition: Partition) -> SQL {
        "SELECT tenant, stream, position FROM rm.parked_streams WHERE partition = \(partition.number)"
    }
}
