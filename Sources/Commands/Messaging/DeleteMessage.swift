package import Events

/// Takes a message away, for good: a tombstone stays. Authors do it within the tenant's window; moderators and administrators
/// at any time. Also from an archived room: what must not be read must not be read there either.
package struct DeleteMessage: MessageCommand {
    package static let name = "delete_message"
    package let message: MessageID
    /// Its number in the room as the read model knows it, by which range-deletes are told.
    package let seq: Int64?
    package let reason: String?
    package let policy: MessagingPolicy

    package init(
        message: MessageID,
        seq: Int64? = nil,
        reason: String? = nil,
        policy: MessagingPolicy = MessagingPolicy()
    ) {
        self.message = message
        self.seq = seq
        self.reason = reason
        self.policy = policy
    }

    // Without `seq` and `policy`, which are not the client's and may differ for a retry.
    private enum CodingKeys: String, CodingKey {
        case message, reason
    }

    package func decide(_ state: MessageState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        let (room, author) = try state.visible(to: standing)
        if !room.isModerated(by: standing) {
            guard standing.user == author else { throw .notTheAuthor }
            try state.requireEditable(by: standing, at: caller.now, policy)
        }
        try MessageBody.check(reason: reason)
        var decision = Decision()
        if !state.isDeleted(seq) {
            decision.append(.deleted(room: room.id, by: standing.user, reason: reason), to: message)
        }
        return decision
    }
}
