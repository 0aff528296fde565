package import EventStore
internal import Foundation

package typealias ReadStateID = StreamID<ReadStateEvent>

/// How far one user has read one room.
package enum ReadStateEvent: Event {
    /// All up to this message is read, and nothing after it.
    case markerMoved(user: UserID, room: RoomID, message: MessageID)

    package static let category = "read"
    package static let prefix = "read"
    package static let types: [EventType] = [EventType("messaging.read_marker_moved")]

    package var type: EventType { Self.types[0] }
}

extension ReadStateID {
    /// The one stream of a user and a room.
    package init(user: UserID, room: RoomID) {
        self.init(.derived("daybook.read", user.uuid.bytes, room.uuid.bytes))
    }
}
