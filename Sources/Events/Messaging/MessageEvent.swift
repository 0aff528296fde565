package import EventStore

package typealias MessageID = StreamID<MessageEvent>

/// What can happen to one message. Every event names the room, since whoever sees the room sees it.
package enum MessageEvent: Event {
    /// `thread` is the root message that it answers.
    case posted(
        room: RoomID,
        author: UserID,
        body: Personal,
        mentions: [UserID],
        thread: MessageID?,
        attachments: PersonalAttachments?,
        source: Source?
    )
    case edited(room: RoomID, editor: UserID, body: Personal, mentions: [UserID], source: Source?)
    case deleted(room: RoomID, by: UserID?, reason: String?)
    case reactionAdded(room: RoomID, user: UserID, emoji: String, source: Source?)
    case reactionRemoved(room: RoomID, user: UserID, emoji: String)

    package static let category = "message"
    package static let prefix = "msg"
    package static let types: [EventType] = [
        EventType("messaging.message_posted"), EventType("messaging.message_edited"),
        EventType("messaging.message_deleted"),
        EventType("messaging.reaction_added"), EventType("messaging.reaction_removed"),
    ]

    package var type: EventType {
        switch self {
        case .posted: Self.types[0]
        case .edited: Self.types[1]
        case .deleted: Self.types[2]
        case .reactionAdded: Self.types[3]
        case .reactionRemoved: Self.types[4]
        }
    }

    package var room: RoomID {
        switch self {
        case .posted(let room, _, _, _, _, _, _), .edited(let room, _, _, _, _), .deleted(let room, _, _),
            .reactionAdded(let room, _, _, _), .reactionRemoved(let room, _, _):
            room
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .posted(_, _, let body, _, _, _, _), .edited(_, _, let body, _, _): [body.subject]
        case .deleted, .reactionAdded, .reactionRemoved: []
        }
    }
}
