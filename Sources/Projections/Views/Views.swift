package import Events

// What the edge shows of the read models, and the realtime events and snapshots with it: one set of types for both, so that
// snapshot + events = later snapshot. JSON names are snake_case; identifiers carry their prefix. nil is written as null.

/// A user as every member of the tenant sees them.
package struct UserView: Codable, Sendable, Equatable {
    package var id: String
    package var handle: String?
    package var name: String?
    package var kind: UserEvent.Kind
    package var role: Role
    package var active: Bool
    /// Of the user's stream.
    package var version: Int64

    package init(id: String, handle: String?, name: String?, kind: UserEvent.Kind, role: Role, active: Bool, version: Int64) {
        self.id = id
        self.handle = handle
        self.name = name
        self.kind = kind
        self.role = role
        self.active = active
        self.version = version
    }
}

/// A room as one user sees it.
package struct RoomView: Codable, Sendable, Equatable {
    package var id: String
    package var kind: RoomEvent.Kind
    package var name: String
    package var topic: String?
    package var archived: Bool
    package var createdAt: Timestamp
    /// The asking user's role in it; nil if not a member.
    package var role: RoomRole?
    /// Of the room's stream.
    package var version: Int64

    package init(
        id: String,
        kind: RoomEvent.Kind,
        name: String,
        topic: String?,
        archived: Bool,
        createdAt: Timestamp,
        role: RoomRole?,
        version: Int64
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.topic = topic
        self.archived = archived
        self.createdAt = createdAt
        self.role = role
        self.version = version
    }

    private enum CodingKeys: String, CodingKey {
        case id, kind, name, topic, archived
        case createdAt = "created_at"
        case role, version
    }
}

/// A user in a room.
package struct MemberView: Codable, Sendable, Equatable {
    package var userID: String
    package var role: RoomRole

    package init(userID: String, role: RoomRole) {
        self.userID = userID
        self.role = role
    }

    private enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case role
    }
}

/// A message with what came of it. A deleted one is a tombstone: no body, mentions, attachments or reactions.
package struct MessageView: Codable, Sendable, Equatable {
    package struct Reaction: Codable, Sendable, Equatable {
        package var emoji: String
        /// In the order in which they reacted.
        package var userIDs: [String]

        package init(emoji: String, userIDs: [String]) {
            self.emoji = emoji
            self.userIDs = userIDs
        }

        private enum CodingKeys: String, CodingKey {
            case emoji
            case userIDs = "user_ids"
        }
    }

    package var id: String
    package var roomID: String
    /// Its place in the room, from 1, by which clients compare; nil in the answer to a post, before it is projected.
    package var seq: Int64?
    package var authorID: String
    /// Nil if deleted, or if its author has been forgotten.
    package var body: String?
    package var mentions: [String]
    /// The root of the thread that it answers in.
    package var threadID: String?
    /// How many answers its thread has, deleted ones included.
    package var replyCount: Int64
    package var attachments: [Attachment]
    package var reactions: [Reaction]
    package var createdAt: Timestamp
    package var editedAt: Timestamp?
    package var deletedAt: Timestamp?
    package var source: Source?
    /// Of the message's stream; one more if a range-delete took it.
    package var version: Int64

    package init(
        id: String,
        roomID: String,
        seq: Int64?,
        authorID: String,
        body: String?,
        mentions: [String],
        threadID: String?,
        replyCount: Int64 = 0,
        attachments: [Attachment],
        reactions: [Reaction] = [],
        createdAt: Timestamp,
        editedAt: Timestamp? = nil,
        deletedAt: Timestamp? = nil,
        source: Source?,
        version: Int64
    ) {
        self.id = id
        self.roomID = roomID
        self.seq = seq
        self.authorID = authorID
        self.body = body
        self.mentions = mentions
        self.threadID = threadID
        self.replyCount = replyCount
        self.attachments = attachments
        self.reactions = reactions
        self.createdAt = createdAt
        self.editedAt = editedAt
        self.deletedAt = deletedAt
        self.source = source
        self.version = version
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case roomID = "room_id"
        case seq
        case authorID = "author_id"
        case body, mentions
        case threadID = "thread_id"
        case replyCount = "reply_count"
        case attachments, reactions
        case createdAt = "created_at"
        case editedAt = "edited_at"
        case deletedAt = "deleted_at"
        case source, version
    }
}

/// An earlier form of a message.
package struct RevisionView: Codable, Sendable, Equatable {
    /// The version of the message that had this body.
    package var version: Int64
    package var body: String?
    package var editorID: String
    package var at: Timestamp

    package init(version: Int64, body: String?, editorID: String, at: Timestamp) {
        self.version = version
        self.body = body
        self.editorID = editorID
        self.at = at
    }

    private enum CodingKeys: String, CodingKey {
        case version, body
        case editorID = "editor_id"
        case at
    }
}

/// How far a user has read a room.
package struct UnreadView: Codable, Sendable, Equatable {
    package var roomID: String
    /// The newest message's sequence number; 0 in an empty room.
    package var lastSeq: Int64
    /// Up to here all is read; 0 at first.
    package var readSeq: Int64
    /// Others' messages after `readSeq` that are not deleted, counted up to 1,000.
    package var unread: Int64
    /// Those of them that mention the user, counted up to 1,000.
    package var mentions: Int64

    package init(roomID: String, lastSeq: Int64, readSeq: Int64, unread: Int64, mentions: Int64) {
        self.roomID = roomID
        self.lastSeq = lastSeq
        self.readSeq = readSeq
        self.unread = unread
        self.mentions = mentions
    }

    private enum CodingKeys: String, CodingKey {
        case roomID = "room_id"
        case lastSeq = "last_seq"
        case readSeq = "read_seq"
        case unread, mentions
    }
}
