internal import EventStore
package import Events
package import Foundation

/// A command about one message, which reads that message, its room and who asks.
package protocol MessageCommand: Command where State == MessageState {
    var message: MessageID { get }
}

extension MessageCommand {
    package var target: UUID? { message.uuid }

    package func load(by loader: borrowing StateLoader) async throws -> MessageState {
        try await loader.loadMessage(message)
    }
}

/// What most commands on a message read.
package struct MessageState: Sendable {
    package var me: Loaded<User>?
    package var message: Loaded<Message>
    /// The message's room; nil if there is no such message.
    package var room: Loaded<Room>?

    package init(me: Loaded<User>?, message: Loaded<Message>, room: Loaded<Room>?) {
        self.me = me
        self.message = message
        self.room = room
    }

    /// The room and author of a message that the caller may see.
    func visible(to standing: Standing) throws(Refusal) -> (room: Loaded<Room>, author: UserID) {
        guard let room, let author = message.state.author, room.isVisible(to: standing) else { throw .messageUnknown }
        return (room, author)
    }

    /// Refuses an author who has left the room, or whose time is over.
    func requireEditable(by author: Standing, at now: Timestamp, _ policy: MessagingPolicy) throws(Refusal) {
        guard room?.isMember(author) == true else { throw .notAMember }
        if let window = policy.editWindow, now - message.state.postedAt > window { throw .editWindowOver }
    }

    /// Whether it was deleted, alone or in a range. `seq` is its number in the room, of which the log knows nothing; a
    /// message that is not yet numbered is in no range.
    func isDeleted(_ seq: Int64?) -> Bool {
        if message.state.deleted { return true }
        guard let seq, let room, let author = message.state.author else { return false }
        return room.state.hasDeleted(seq, by: author, postedAt: message.state.postedPosition)
    }
}

extension StateLoader {
    func loadMessage(_ message: MessageID) async throws -> MessageState {
        let me = try await loadCaller()
        let message = try await load(Message.self, message)
        guard let room = message.state.room else { return MessageState(me: me, message: message, room: nil) }
        return MessageState(me: me, message: message, room: try await load(Room.self, room))
    }
}
