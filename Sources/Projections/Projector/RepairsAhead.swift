internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// The repairs that lie ahead of a projection that begins anew. An event that one of them names had parked its stream for
/// everybody; so it does here until then, though this code may understand it. Otherwise what came late would come earlier, and
/// messages would have other places than those that a deletion by place has meant.
package struct RepairsAhead: Sendable {
    private struct Key: Hashable {
        let tenant: UUID
        let position: Position
    }

    /// The last repair that names the event.
    private var repairs: [Key: Position] = [:]

    /// None: for whoever is where the log is, since a stream is repaired after it was parked.
    package init() {}

    /// Those of a partition after a position; looks at all events there.
    init(
        of partition: Partition,
        after position: Position,
        _ queries: EventQueries,
        _ codec: EventCodec,
        on connection: PostgresConnection
    ) throws {
        let positions = try connection.execute(
            """
            SELECT position FROM es.events
             WHERE partition = \(partition.number) AND position > \(position)
               AND type = ANY (ARRAY(SELECT id FROM es.types WHERE name = ANY (\(RepairEvent.types.map(\.name)))))
             ORDER BY position
            """
        ).decode(Position.self)
        for position in positions {
            let page = try queries.readDecoded(partition, after: position - 1, limit: 1, by: codec, on: connection)
            guard let event = page.first, case .success(let recorded) = event.decoded,
                case .repair(_, let repair) = recorded.event, let parked = repair.position
            else { continue }
            repairs[Key(tenant: event.raw.tenant, position: parked)] = position
        }
    }

    /// The event, parking its stream if a repair after `position` says so.
    func applied(to event: LogEvent, at position: Position) -> LogEvent {
        guard let repair = repairs[Key(tenant: event.raw.tenant, position: event.raw.position)], repair > position
        else {
            return event
        }
        var event = event
        event.parks = Poison("an operator has repaired it at position \(repair)")
        return event
    }
}
