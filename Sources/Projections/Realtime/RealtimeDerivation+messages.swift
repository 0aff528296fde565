internal import EventStore
internal import Events

extension RealtimeDerivation {
    /// Nil for a message that the read models do not know.
    static func message(
        _ id: MessageID,
        _ event: MessageEvent,
        _ recorded: Recorded,
        _ fact: RealtimeFacts.Message?
    ) -> Told? {
        let version = recorded.raw.version
        switch event {
        case .posted:
            guard let fact, var view = MessageView(id, event, recorded, seq: fact.seq) else { return nil }
            if fact.isBlank { view.blank() }
            return Told(.messageCreated, event.room, .members(of: event.room)) { $0.add("message", view) }
        case .edited(let room, let editor, let body, let mentions, _):
            guard let fact else { return nil }
            return Told(.messageUpdated, room, .members(of: room)) {
                $0.add("message_id", "\(id)")
                $0.add("body", fact.isBlank ? nil : body.text)
                $0.add("mentions", fact.isBlank ? [] : mentions.map { "\($0)" })
                $0.add("editor_id", "\(editor)")
                $0.add("edited_at", "\(recorded.recordedAt)")
                $0.add("version", version)
            }
        case .deleted(let room, let by, let reason):
            return Told(.messageDeleted, room, .members(of: room)) {
                $0.add("message_id", "\(id)")
                $0.add("by", by.map { "\($0)" })
                $0.add("reason", reason)
                $0.add("deleted_at", "\(recorded.recordedAt)")
                $0.add("version", version)
            }
        case .reactionAdded(let room, let user, let emoji, _):
            return reaction("added", id, room, user, emoji, version)
        case .reactionRemoved(let room, let user, let emoji):
            return reaction("removed", id, room, user, emoji, version)
        }
    }

    private static func reaction(
        _ change: String,
        _ message: MessageID,
        _ room: RoomID,
        _ user: UserID,
        _ emoji: String,
        _ version: StreamVersion
    ) -> Told {
        Told(.messageReactionChanged, room, .members(of: room)) {
            $0.add("message_id", "\(message)")
            $0.add("emoji", emoji)
            $0.add("user_id", "\(user)")
            $0.add("change", change)
            $0.add("version", version)
        }
    }
}

extension MessageView {
    /// A message as it was posted; nil for any other event.
    fileprivate init?(_ id: MessageID, _ event: MessageEvent, _ recorded: Recorded, seq: Int64) {
        guard
            case .posted(let room, let author, let body, let mentions, let thread, let attachments, let source) = event
        else {
            return nil
        }
        self.init(
            id: "\(id)",
            roomID: "\(room)",
            seq: seq,
            authorID: "\(author)",
            body: body.text,
            mentions: mentions.map { "\($0)" },
            threadID: thread.map { "\($0)" },
            attachments: attachments?.files ?? [],
            createdAt: recorded.recordedAt,
            source: source,
            version: recorded.raw.version
        )
    }

    /// Leaves out what is not to be shown any more; why, the event that follows says.
    fileprivate mutating func blank() {
        body = nil
        mentions = []
        attachments = []
    }
}
