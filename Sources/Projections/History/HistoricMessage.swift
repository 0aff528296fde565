package import EventStore
package import Events

/// A message as it was at some position, with all its earlier forms.
package struct HistoricMessage: Sendable, Equatable {
    package struct Form: Sendable, Equatable {
        /// Nil if its author has been forgotten since.
        package var body: String?
        package var by: UserID
        package var at: Timestamp
        package var version: StreamVersion
    }

    package struct Deletion: Sendable, Equatable {
        package var by: UserID?
        package var reason: String?
        package var at: Timestamp
    }

    package let room: RoomID
    package let author: UserID
    package let thread: MessageID?
    package let attachments: [Attachment]
    /// As posted and as edited, oldest first; never empty. A deletion does not take them from history.
    package internal(set) var forms: [Form]
    package internal(set) var mentions: [UserID]
    package internal(set) var reactions: [Reaction] = []
    package internal(set) var deletion: Deletion?
    package let position: Position
    package internal(set) var version: StreamVersion

    package struct Reaction: Sendable, Equatable {
        package var user: UserID
        package var emoji: String
    }

    /// Nil if the first event does not post a message.
    init?(_ event: MessageEvent, at recorded: Recorded) {
        guard case .posted(let room, let author, let body, let mentions, let thread, let attachments, _) = event else {
            return nil
        }
        self.room = room
        self.author = author
        self.thread = thread
        self.attachments = attachments?.files ?? []
        self.mentions = mentions
        position = recorded.position
        version = recorded.raw.version
        forms = [Form(body: body.text, by: author, at: recorded.recordedAt, version: version)]
    }

    mutating func apply(_ event: MessageEvent, at recorded: Recorded) {
        version = recorded.raw.version
        switch event {
        case .posted: break
        case .edited(_, let editor, let body, let mentions, _):
            forms.append(Form(body: body.text, by: editor, at: recorded.recordedAt, version: version))
            self.mentions = mentions
        case .deleted(_, let by, let reason):
            delete(Deletion(by: by, reason: reason, at: recorded.recordedAt))
        case .reactionAdded(_, let user, let emoji, _):
            let reaction = Reaction(user: user, emoji: emoji)
            if deletion == nil, !reactions.contains(reaction) { reactions.append(reaction) }
        case .reactionRemoved(_, let user, let emoji):
            reactions.removeAll { $0 == Reaction(user: user, emoji: emoji) }
        }
    }

    /// The first deletion is the one that counts.
    mutating func delete(_ deletion: Deletion) {
        if let earlier = self.deletion, earlier.at <= deletion.at { return }
        self.deletion = deletion
        reactions = []
    }
}
