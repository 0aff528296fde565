internal import Events
internal import GatewayHTTP
internal import Projections

/// What an entity was at a position of the log: the one of its parts that the entity is, and null for the others.
package struct AsOfView: Codable, EndpointAnswer {
    let entity: String
    /// The position that was asked for, or that of the time that was.
    let position: Int64
    var room: AsOfRoom?
    var member: AsOfMember?
    var message: AsOfMessage?
    var user: AsOfUser?

    init(_ entity: String, at position: Int64) {
        self.entity = entity
        self.position = position
    }
}

struct AsOfRoom: Codable, Sendable {
    var kind: RoomEvent.Kind
    var name: String
    var topic: String?
    var archived: Bool
    var createdAt: Timestamp
    var members: [AsOfMember]
    var version: Int64

    private enum CodingKeys: String, CodingKey {
        case kind, name, topic, archived
        case createdAt = "created_at"
        case members, version
    }
}

struct AsOfMember: Codable, Sendable {
    var userID: String
    var role: RoomRole
    var since: Timestamp

    private enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case role, since
    }
}

struct AsOfMessage: Codable, Sendable {
    struct AsOfText: Codable, Sendable {
        var version: Int64
        var body: String?
        var editorID: String
        var at: Timestamp

        private enum CodingKeys: String, CodingKey {
            case version, body
            case editorID = "editor_id"
            case at
        }
    }

    struct AsOfReaction: Codable, Sendable {
        var userID: String
        var emoji: String

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case emoji
        }
    }

    struct AsOfDeletion: Codable, Sendable {
        var by: String?
        var reason: String?
        var at: Timestamp
    }

    var roomID: String
    var authorID: String
    var threadID: String?
    /// Nil once it is deleted.
    var body: String?
    var mentions: [String]
    var reactions: [AsOfReaction]
    /// All forms up to then, those of a deleted message too.
    var forms: [AsOfText]
    var deletion: AsOfDeletion?
    var version: Int64

    private enum CodingKeys: String, CodingKey {
        case roomID = "room_id"
        case authorID = "author_id"
        case threadID = "thread_id"
        case body, mentions, reactions, forms, deletion, version
    }
}

struct AsOfUser: Codable, Sendable {
    var handle: String?
    var name: String?
    var kind: UserEvent.Kind
    var role: Role
    var active: Bool
    var joinedAt: Timestamp
    var version: Int64

    private enum CodingKeys: String, CodingKey {
        case handle, name, kind, role, active
        case joinedAt = "joined_at"
        case version
    }
}

extension AsOfRoom {
    init(_ room: HistoricRoom) {
        self.init(
            kind: room.kind,
            name: room.name,
            topic: room.topic,
            archived: room.archived,
            createdAt: room.createdAt,
            members: room.members.sorted { $0.key < $1.key }.map { AsOfMember($0.key, $0.value) },
            version: room.version
        )
    }
}

extension AsOfMember {
    init(_ user: UserID, _ member: HistoricRoom.Member) {
        self.init(userID: "\(user)", role: member.role, since: member.since)
    }
}

extension AsOfMessage {
    init(_ message: HistoricMessage) {
        self.init(
            roomID: "\(message.room)",
            authorID: "\(message.author)",
            threadID: message.thread.map { "\($0)" },
            body: message.deletion == nil ? message.forms.last?.body : nil,
            mentions: message.deletion == nil ? message.mentions.map { "\($0)" } : [],
            reactions: message.reactions.map { AsOfReaction(userID: "\($0.user)", emoji: $0.emoji) },
            forms: message.forms.map { AsOfText(version: $0.version, body: $0.body, editorID: "\($0.by)", at: $0.at) },
            deletion: message.deletion.map { AsOfDeletion(by: $0.by.map { "\($0)" }, reason: $0.reason, at: $0.at) },
            version: message.version
        )
    }
}

extension AsOfUser {
    init(_ user: HistoricUser) {
        self.init(
            handle: user.handle,
            name: user.name,
            kind: user.kind,
            role: user.role,
            active: user.active,
            joinedAt: user.joinedAt,
            version: user.version
        )
    }
}
