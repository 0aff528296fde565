internal import EventStore
package import Events
package import Foundation

/// Changes what a message says. Authors do it within the tenant's window; moderators and administrators at any time.
package struct EditMessage: Command {
    package struct State: Sendable {
        package var message: MessageState
        /// Whose words they are; nil if there is no such message.
        package var author: Loaded<User>?
        /// Whom the new body mentions, members or not, each once.
        package var mentioned: [UserID]

        package init(message: MessageState, author: Loaded<User>? = nil, mentioned: [UserID] = []) {
            self.message = message
            self.author = author
            self.mentioned = mentioned
        }
    }

    package typealias Answer = MentionAnswer

    package static let name = "edit_message"
    package let message: MessageID
    /// Its number in the room as the read model knows it, by which range-deletes are told.
    package let seq: Int64?
    package let body: String
    package let source: Source?
    package let policy: MessagingPolicy
    package var target: UUID? { message.uuid }

    package init(
        message: MessageID,
        seq: Int64? = nil,
        body: String,
        source: Source? = nil,
        policy: MessagingPolicy = MessagingPolicy()
    ) {
        self.message = message
        self.seq = seq
        self.body = body
        self.source = source
        self.policy = policy
    }

    // Without `seq` and `policy`, which are not the client's and may differ for a retry.
    private enum CodingKeys: String, CodingKey {
        case message, body, source
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let message = try await loader.loadMessage(message)
        var author: Loaded<User>?
        if let id = message.message.state.author { author = try await loader.load(User.self, id) }
        return State(message: message, author: author, mentioned: try await loader.mentioned(in: body))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        let standing = try Standing(of: caller, state.message.me)
        let (room, author) = try state.message.visible(to: standing)
        let message = state.message.message.state
        let editor = try standing.person()
        if !room.isModerated(by: standing) {
            guard editor == author else { throw .notTheAuthor }
            try state.message.requireEditable(by: standing, at: caller.now, policy)
        }
        try room.requireOpen()
        guard !state.message.isDeleted(seq) else { throw .messageDeleted }
        guard state.author?.state.forgotten != true else { throw .authorForgotten }
        try MessageBody.check(body, attachments: message.hasAttachments)
        let mentions = MentionAnswer(message: self.message, mentioned: state.mentioned, in: room.state)
        var decision = Decision(mentions)
        guard message.bodyDigest != PlainText.digest(body) else { return decision }
        // The words stay the author's, whoever edits: forgetting the author takes them too.
        let edited = MessageEvent.edited(
            room: room.id,
            editor: editor,
            body: Personal(body, of: author),
            mentions: mentions.mentions,
            source: source
        )
        decision.append(edited, to: self.message)
        return decision
    }
}
