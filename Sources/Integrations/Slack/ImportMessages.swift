internal import Commands
internal import EventStore
internal import Events
internal import Foundation

/// A message of an archive with all that belongs to it, ready to be posted.
struct ImportedMessage: Encodable, Sendable {
    struct Edit: Encodable, Sendable {
        let editor: UserID
        let source: Source
    }

    struct Reaction: Encodable, Sendable {
        let user: UserID
        let emoji: String
    }

    let message: MessageID
    let room: RoomID
    let author: UserID
    let body: String
    let thread: MessageID?
    let attachments: [Attachment]
    let edit: Edit?
    let reactions: [Reaction]
    let source: Source

    func post(in thread: MessageID?) -> PostMessage {
        PostMessage(message: message, room: room, body: body, thread: thread, attachments: attachments, source: source)
    }
}

/// Posts messages of an archive in their order, each in its author's name: one command for many, so that they are as fast as
/// the log and cannot overtake each other. The rules are those of `PostMessage` and `AddReaction`.
///
/// A message that is here already is left as it is, whatever has become of it since. One that a rule refuses is left out and
/// counted; the others are posted.
struct ImportMessages: Command {
    struct State: Sendable {
        var users: [UserID: Loaded<User>] = [:]
        var rooms: [RoomID: Loaded<Room>] = [:]
        /// Those to be posted, and the roots that they answer.
        var messages: [MessageID: Loaded<Message>] = [:]
        var mentioned: [MessageID: [UserID]] = [:]
        var limits = Limits()
    }

    struct Answer: Codable, Sendable, Equatable {
        var posted = 0
        var present = 0
        var answers = 0
        /// Answers whose root is not here, posted outside a thread.
        var orphans = 0
        var edits = 0
        var reactions = 0
        var files = 0
        /// By the refusal's code.
        var refused: [String: Int] = [:]
    }

    static let name = "import_messages"
    let messages: [ImportedMessage]

    func load(by loader: borrowing StateLoader) async throws -> State {
        var state = State()
        state.limits = try await loader.loadLimits().state
        for message in messages {
            state.messages[message.message] = try await loader.loadNew(Message.self, message.message)
        }
        for message in messages {
            if state.rooms[message.room] == nil {
                state.rooms[message.room] = try await loader.load(Room.self, message.room)
            }
            for user in [message.author] + message.reactions.map(\.user) where state.users[user] == nil {
                state.users[user] = try await loader.load(User.self, user)
            }
            if let root = message.thread, state.messages[root] == nil {
                state.messages[root] = try await loader.peek(Message.self, root)
            }
            state.mentioned[message.message] = try await loader.mentioned(in: message.body)
        }
        return state
    }

    func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        var draft = Draft(state: state, caller: caller)
        for message in messages { draft.add(message) }
        var decision = draft.decision
        let posted = decision.answer.posted
        // All of them or none: what was left out for lack of room would never be asked for again.
        if posted > 0 { decision.use(Int32(posted), of: .messages, under: state.limits, for: caller) }
        return decision
    }
}

/// A decision on many messages as it grows; what is posted is there for the answers that follow.
private struct Draft {
    var state: ImportMessages.State
    let caller: Caller
    var decision = Decision(ImportMessages.Answer())

    mutating func add(_ message: ImportedMessage) {
        guard let present = state.messages[message.message], let room = state.rooms[message.room], !present.exists
        else {
            decision.answer.present += 1
            return
        }
        let author = caller(as: message.author)
        // A root that was left out itself cannot be answered; what was said stays.
        let root = message.thread.flatMap { state.messages[$0] }.flatMap { $0.exists ? $0 : nil }
        let posted: Decision<PostMessage.Answer>
        do {
            posted = try message.post(in: root?.id).decide(
                PostMessage.State(
                    me: state.users[message.author],
                    room: room,
                    message: present,
                    root: root,
                    mentioned: state.mentioned[message.message] ?? []
                ),
                for: author
            )
        } catch {
            decision.answer.refused[error.code, default: 0] += 1
            return
        }
        take(posted, on: message.message, by: message.author)
        decision.answer.posted += 1
        decision.answer.answers += root == nil ? 0 : 1
        decision.answer.orphans += root == nil && message.thread != nil ? 1 : 0
        decision.answer.files += message.attachments.count

        if let edit = message.edit {
            // An export has only what was said in the end: it is both what was posted and what it was changed to.
            let edited = MessageEvent.edited(
                room: message.room,
                editor: edit.editor,
                body: Personal(message.body, of: message.author),
                mentions: posted.answer.mentions,
                source: edit.source
            )
            take(edited, on: message.message, by: edit.editor)
            decision.answer.edits += 1
        }
        for reaction in message.reactions { add(reaction, to: message, in: room) }
    }

    private mutating func add(_ reaction: ImportedMessage.Reaction, to message: ImportedMessage, in room: Loaded<Room>)
    {
        guard let posted = state.messages[message.message] else { return }
        let add = AddReaction(message: message.message, emoji: reaction.emoji, source: message.source.timeless)
        do {
            let state = MessageState(me: state.users[reaction.user], message: posted, room: room)
            let reacted = try add.decide(state, for: caller(as: reaction.user))
            decision.answer.reactions += reacted.items.count
            take(reacted, on: message.message, by: reaction.user)
        } catch {
            decision.answer.refused["reaction: \(error.code)", default: 0] += 1
        }
    }

    private func caller(as user: UserID) -> Caller {
        Caller(tenant: caller.tenant, actor: caller.actor, user: user, now: caller.now)
    }

    private mutating func take<A>(_ part: Decision<A>, on message: MessageID, by user: UserID) {
        for item in part.items {
            guard let event = item.event as? MessageEvent else {
                preconditionFailure("a message's rules write to its stream")
            }
            take(event, on: message, by: user)
        }
    }

    private mutating func take(_ event: MessageEvent, on message: MessageID, by user: UserID) {
        decision.append(event, to: message, onBehalfOf: user)
        let before = state.messages[message]
        var folded = before?.state ?? Message()
        let version = (before?.version ?? 0) + 1
        // The log gives the place when it takes the event; no rule here asks for it.
        folded.apply(event, at: Place(version: version, position: 0, recordedAt: caller.now))
        state.messages[message] = Loaded(id: message, state: folded, version: version)
    }
}

extension Source {
    /// An export does not say when somebody reacted.
    fileprivate var timeless: Source { Source(system: system, id: id, time: nil) }
}
