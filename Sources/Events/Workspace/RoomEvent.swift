package import EventStore

package typealias RoomID = StreamID<RoomEvent>

/// What a member may do in a room.
package enum RoomRole: String, Codable, Sendable, CaseIterable {
    case member, moderator
}

/// What can happen to a room.
package enum RoomEvent: Event {
    package enum Kind: String, Codable, Sendable {
        /// Every user but guests sees and may join it.
        case channel
        /// Only its members see it.
        case `private`
    }

    case created(kind: Kind, name: String, topic: String?, source: Source?)
    /// What is nil stays as it is.
    case changed(name: String?, topic: String?)
    case archived
    case restored
    case memberAdded(user: UserID, role: RoomRole)
    case memberRemoved(user: UserID)
    case memberRoleChanged(user: UserID, role: RoomRole)
    /// Deletes the messages there are with sequence numbers `from` … `to`, of one author if one is named.
    case messagesRangeDeleted(from: Int64, to: Int64, author: UserID?, reason: String?)

    package static let category = "room"
    package static let prefix = "room"
    package static let types: [EventType] = [
        EventType("workspace.room_created"), EventType("workspace.room_changed"), EventType("workspace.room_archived"),
        EventType("workspace.room_restored"), EventType("workspace.room_member_added"),
        EventType("workspace.room_member_removed"),
        EventType("workspace.room_member_role_changed"), EventType("messaging.messages_range_deleted"),
    ]

    package var type: EventType {
        switch self {
        case .created: Self.types[0]
        case .changed: Self.types[1]
        case .archived: Self.types[2]
        case .restored: Self.types[3]
        case .memberAdded: Self.types[4]
        case .memberRemoved: Self.types[5]
        case .memberRoleChanged: Self.types[6]
        case .messagesRangeDeleted: Self.types[7]
        }
    }
}
