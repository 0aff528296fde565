package import Events

/// Takes a reaction back. One that is not there, or went with its message, is taken back already.
package struct RemoveReaction: MessageCommand {
    package static let name = "remove_reaction"
    package let message: MessageID
    /// Its number in the room as the read model knows it, by which range-deletes are told.
    package let seq: Int64?
    package let emoji: String

    package init(message: MessageID, seq: Int64? = nil, emoji: String) {
        self.message = message
        self.seq = seq
        self.emoji = emoji
    }

    // Without `seq`, which is not the client's and may differ for a retry.
    private enum CodingKeys: String, CodingKey {
        case message, emoji
    }

    package func decide(_ state: MessageState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        let (room, _) = try state.visible(to: standing)
        let user = try room.requireMember(standing)
        guard Emoji.isValid(emoji) else { throw .emojiInvalid }
        try room.requireOpen()
        var decision = Decision()
        if !state.isDeleted(seq), state.message.state.reactions.contains(.init(user: user, emoji: emoji)) {
            decision.append(.reactionRemoved(room: room.id, user: user, emoji: emoji), to: message)
        }
        return decision
    }
}
