package import EventStore
package import Foundation

package typealias RepairID = StreamID<RepairEvent>

/// What operators do about a stream with an event that could not be projected. It is an event, so that projecting the log again
/// does it again, at the same place.
package enum RepairEvent: Event {
    /// All that was set aside for the stream's sake is projected, in its order, as far as it can be.
    ///
    /// - Parameter by: who asked for it, as they call themselves.
    case retried(stream: UUID, by: String)
    /// The same, without the event at `position`, which is never projected.
    case dropped(stream: UUID, position: Int64, reason: String, by: String)

    package static let category = "repair"
    package static let prefix = "repair"
    package static let types: [EventType] = [
        EventType("operations.stream_retried"), EventType("operations.event_dropped"),
    ]

    package var type: EventType {
        switch self {
        case .retried: Self.types[0]
        case .dropped: Self.types[1]
        }
    }

    /// The stream that is parked.
    package var parked: UUID {
        switch self {
        case .retried(let stream, _), .dropped(let stream, _, _, _): stream
        }
    }
}

extension RepairID {
    /// The one stream of the repairs of a stream.
    package init(of stream: UUID) { self.init(.derived("daybook.repair", stream.bytes)) }
}
