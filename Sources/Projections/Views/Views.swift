package import Events

// What the edge shows of the read models, and the realtime events and snapshots with it: one set of types for both, so that
// snapshot + events = later snapshot. JSON names are snake_case; identifiers carry their prefix. nil is written as null, which
// Swift's own encoding leaves out.

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

    package init(
        id: String,
        handle: String?,
        name: String?,
        kind: UserEvent.Kind,
        role: Role,
        active: Bool,
        version: Int64
    ) {
        self.id = id
        self.handle = handle
        self.name = name
        self.kind = kind
        self.role = role
        self.active = active
        self.version = version
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(handle, forKey: .handle)
        try container.encode(name, forKey: .name)
        try container.encode(kind, forKey: .kind)
        try container.encode(role, forKey: .role)
        try container.encode(active, forKey: .active)
        try container.encode(version, forKey: .version)
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

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(name, forKey: .name)
        try container.encode(topic, forKey: .topic)
        try container.encode(archived, forKey: .archived)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(role, forKey: .role)
        try container.encode(version, forKey: .version)
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

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(body, forKey: .body)
        try container.encode(editorID, forKey: .editorID)
        try container.encode(at, forKey: .at)
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
