package import Events

/// Reacts to a message with an emoji. Doing it twice is doing it once.
package struct AddReaction: MessageCommand {
    package static let name = "add_reaction"
    package let message: MessageID
    /// Its number in the room as the read model knows it, by which range-deletes are told.
    package let seq: Int64?
    package let emoji: String
    package let source: Source?

    package init(message: MessageID, seq: Int64? = nil, emoji: String, source: Source? = nil) {
        self.message = message
        self.seq = seq
        self.emoji = emoji
        self.source = source
    }

    // Without `seq`, which is not the client's and may differ for a retry.
    private enum CodingKeys: String, CodingKey {
        case message, emoji, source
    }

    package func decide(_ state: MessageState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        let (room, _) = try state.visible(to: standing)
        let user = try room.requireMember(standing)
        guard Emoji.isValid(emoji) else { throw .emojiInvalid }
        try room.requireOpen()
        guard !state.isDeleted(seq) else { throw .messageDeleted }
        var decision = Decision()
        if !state.message.state.reactions.contains(.init(user: user, emoji: emoji)) {
            decision.append(.reactionAdded(room: room.id, user: user, emoji: emoji, source: source), to: message)
        }
        return decision
    }
}

/// What one reacts with: an emoji or the name of one, such as `thumbsup`.
enum Emoji {
    static func isValid(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
    }
}
