package import EventStore
package import Foundation

package typealias RepairID = StreamID<RepairEvent>

/// What operators do about a stream with an event that could not be projected. It is an event, so that projecting the log again
/// does it again, at the same place, and sets aside until then what was set aside, though it may be understood by now.
package enum RepairEvent: Event {
    /// All that was set aside for the stream's sake is projected, in its order, as far as it can be.
    ///
    /// - Parameters:
    ///   - position: of the event that had parked the stream; nil in events that were written before it was told.
    ///   - by: who asked for it, as they call themselves.
    case retried(stream: UUID, position: Int64? = nil, by: String)
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
        case .retried(let stream, _, _), .dropped(let stream, _, _, _): stream
        }
    }

    /// The event that had parked it, as far as it is told.
    package var position: Int64? {
        switch self {
        case .retried(_, let position, _): position
        case .dropped(_, let position, _, _): position
        }
    }
}

extension RepairID {
    /// The one stream of the repairs of a stream.
    package init(of stream: UUID) { self.init(.derived("daybook.repair", stream.bytes)) }
}
