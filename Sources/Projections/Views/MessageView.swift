package import Events

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

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        roomID = try container.decode(String.self, forKey: .roomID)
        seq = try container.decodeIfPresent(Int64.self, forKey: .seq)
        authorID = try container.decode(String.self, forKey: .authorID)
        body = try container.decodeIfPresent(String.self, forKey: .body)
        mentions = try container.decode([String].self, forKey: .mentions)
        threadID = try container.decodeIfPresent(String.self, forKey: .threadID)
        replyCount = try container.decode(Int64.self, forKey: .replyCount)
        attachments = try container.decode([AttachmentForm].self, forKey: .attachments).map(\.attachment)
        reactions = try container.decode([Reaction].self, forKey: .reactions)
        createdAt = try container.decode(Timestamp.self, forKey: .createdAt)
        editedAt = try container.decodeIfPresent(Timestamp.self, forKey: .editedAt)
        deletedAt = try container.decodeIfPresent(Timestamp.self, forKey: .deletedAt)
        source = try container.decodeIfPresent(Source.self, forKey: .source)
        version = try container.decode(Int64.self, forKey: .version)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(roomID, forKey: .roomID)
        try container.encode(seq, forKey: .seq)
        try container.encode(authorID, forKey: .authorID)
        try container.encode(body, forKey: .body)
        try container.encode(mentions, forKey: .mentions)
        try container.encode(threadID, forKey: .threadID)
        try container.encode(replyCount, forKey: .replyCount)
        try container.encode(attachments.map(AttachmentForm.init), forKey: .attachments)
        try container.encode(reactions, forKey: .reactions)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(editedAt, forKey: .editedAt)
        try container.encode(deletedAt, forKey: .deletedAt)
        try container.encode(source.map(SourceForm.init), forKey: .source)
        try container.encode(version, forKey: .version)
    }
}

/// An attachment as the edge shows it; in the log its names are others.
private struct AttachmentForm: Codable {
    let attachment: Attachment

    init(_ attachment: Attachment) { self.attachment = attachment }

    private enum CodingKeys: String, CodingKey {
        case name
        case mediaType = "media_type"
        case size
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        attachment = Attachment(
            name: try container.decode(String.self, forKey: .name),
            mediaType: try container.decodeIfPresent(String.self, forKey: .mediaType),
            size: try container.decodeIfPresent(Int64.self, forKey: .size)
        )
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(attachment.name, forKey: .name)
        try container.encode(attachment.mediaType, forKey: .mediaType)
        try container.encode(attachment.size, forKey: .size)
    }
}

/// A source as the edge shows it, with its nulls.
private struct SourceForm: Encodable {
    let source: Source

    private enum CodingKeys: String, CodingKey { case system, id, time }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(source.system, forKey: .system)
        try container.encode(source.id, forKey: .id)
        try container.encode(source.time, forKey: .time)
    }
}
