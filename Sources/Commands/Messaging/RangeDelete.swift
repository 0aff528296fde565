package import Events

/// Takes away the messages of a room that there are from one number to another, of one author if one is named. One
/// event, however many messages. Also in an archived room.
package struct RangeDelete: RoomCommand {
    package static let name = "range_delete"
    package let room: RoomID
    package let from: Int64
    /// Inclusive; at most 10,000 numbers in all.
    package let to: Int64
    package let author: UserID?
    package let reason: String?

    package init(room: RoomID, from: Int64, to: Int64, author: UserID? = nil, reason: String? = nil) {
        self.room = room
        self.from = from
        self.to = to
        self.author = author
        self.reason = reason
    }

    package func decide(_ state: RoomState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireModerated(by: standing)
        guard from >= 1, from <= to, to - from < 10_000 else { throw .rangeInvalid }
        try MessageBody.check(reason: reason)
        var decision = Decision()
        decision.append(.messagesRangeDeleted(from: from, to: to, author: author, reason: reason), to: room)
        return decision
    }
}
