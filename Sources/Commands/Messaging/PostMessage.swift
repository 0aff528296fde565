internal import EventStore
package import Events
internal import Foundation

/// Says something in a room. The client names the message, so a retry posts it once.
package struct PostMessage: Command {
    package struct State: Sendable {
        package var me: Loaded<User>?
        package var room: Loaded<Room>
        package var message: Loaded<Message>
        /// The message that it answers, if it names one.
        package var root: Loaded<Message>?
        /// Whom the body mentions, members or not, each once.
        package var mentioned: [UserID]
        package var limits: Limits

        package init(
            me: Loaded<User>?,
            room: Loaded<Room>,
            message: Loaded<Message>,
            root: Loaded<Message>? = nil,
            mentioned: [UserID] = [],
            limits: Limits = Limits()
        ) {
            self.me = me
            self.room = room
            self.message = message
            self.root = root
            self.mentioned = mentioned
            self.limits = limits
        }
    }

    package typealias Answer = MentionAnswer

    package static let name = "post_message"
    package let message: MessageID
    package let room: RoomID
    /// Markdown.
    package let body: String
    /// The root of the thread that it answers in.
    package let thread: MessageID?
    package let attachments: [Attachment]
    package let source: Source?

    package init(
        message: MessageID,
        room: RoomID,
        body: String,
        thread: MessageID? = nil,
        attachments: [Attachment] = [],
        source: Source? = nil
    ) {
        self.message = message
        self.room = room
        self.body = body
        self.thread = thread
        self.attachments = attachments
        self.source = source
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let me = try await loader.loadCaller()
        let room = try await loader.load(Room.self, room)
        let message = try await loader.loadNew(Message.self, message)
        var root: Loaded<Message>?
        // Neither its room nor what it answers ever changes.
        if let thread { root = try await loader.peek(Message.self, thread) }
        let mentioned = try await loader.mentioned(in: body)
        let limits = try await loader.loadLimits().state
        return State(me: me, room: room, message: message, root: root, mentioned: mentioned, limits: limits)
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        let standing = try Standing(of: caller, state.me)
        let author = try state.room.requireMember(standing)
        let mentions = MentionAnswer(message: message, mentioned: state.mentioned, in: state.room.state)
        var decision = Decision(mentions)
        if state.message.exists {
            let posted = state.message.state
            guard posted.author == author, posted.room == room, posted.postedDigest == PlainText.digest(body) else {
                throw .messageIDReused
            }
            return decision
        }
        try state.room.requireOpen()
        try MessageBody.check(body, attachments: !attachments.isEmpty)
        try MessageBody.check(attachments)
        if thread != nil {
            guard let root = state.root, root.state.room == room, root.state.thread == nil else { throw .threadInvalid }
        }
        let posted = MessageEvent.posted(
            room: room,
            author: author,
            body: Personal(body, of: author),
            mentions: mentions.mentions,
            thread: thread,
            attachments: attachments.isEmpty ? nil : PersonalAttachments(attachments, of: author),
            source: source
        )
        decision.append(posted, to: message)
        decision.use(of: .messages, under: state.limits, for: caller)
        return decision
    }
}
