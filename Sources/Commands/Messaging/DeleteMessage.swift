package import Events

/// Takes a message away, for good: a tombstone stays. Also from an archived room.
package struct DeleteMessage: MessageCommand {
    package static let name = "delete_message"
    package let message: MessageID
    /// Its number in the room as the read model knows it, by which range-deletes are told.
    package let seq: Int64?
    package let reason: String?

    package init(message: MessageID, seq: Int64? = nil, reason: String? = nil) {
        self.message = message
        self.seq = seq
        self.reason = reason
    }

    // Without `seq`, which is not the client's and may differ for a retry.
    private enum CodingKeys: String, CodingKey {
        case message, reason
    }

    package func decide(_ state: MessageState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        let (room, author) = try state.visible(to: standing)
        guard standing.user == author || room.isModerated(by: standing) else { throw .notTheAuthor }
        try MessageBody.check(reason: reason)
        var decision = Decision()
        if !state.isDeleted(seq) {
            decision.append(.deleted(room: room.id, by: standing.user, reason: reason), to: message)
        }
        return decision
    }
}
