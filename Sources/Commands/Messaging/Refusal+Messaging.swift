extension Refusal {
    /// The same for a message that is not there and for one in a room that the caller may not see.
    static let messageUnknown = Refusal(.notFound, "message.not_found", "There is no such message.")
    static let messageIDReused = Refusal(
        .invalid,
        "message.id_reused",
        "There is a message with this identifier, of another author, room or body."
    )
    static let messageDeleted = Refusal(.conflict, "message.deleted", "The message has been deleted.")
    static let authorForgotten = Refusal(
        .conflict,
        "message.author_forgotten",
        "The author has been forgotten: nothing can be said in their name any more."
    )
    static let notTheAuthor = Refusal(
        .forbidden,
        "message.not_author",
        "Only the author, a moderator of the room or an administrator may do this."
    )
    static let editWindowOver = Refusal(
        .forbidden,
        "message.edit_window_over",
        "The time in which the message could be edited is over."
    )

    static let bodyEmpty = Refusal(
        .invalid,
        "message.body_empty",
        "A message has a body or attachments.",
        pointer: "/body"
    )
    static let bodyTooLong = Refusal(
        .invalid,
        "message.body_too_long",
        "A body has at most 65,536 bytes of UTF-8.",
        pointer: "/body"
    )
    static let bodyInvalid = Refusal(.invalid, "message.body_invalid", "A body does not hold U+0000.", pointer: "/body")
    static let attachmentsInvalid = Refusal(
        .invalid,
        "message.attachments_invalid",
        "A message has at most 50 attachments, whose names have 1 to 255 characters, none a control character.",
        pointer: "/attachments"
    )
    static let threadInvalid = Refusal(
        .invalid,
        "message.thread_invalid",
        "A thread's root is a message of the same room that is no answer itself.",
        pointer: "/thread_id"
    )
    static let emojiInvalid = Refusal(
        .invalid,
        "reaction.emoji_invalid",
        "An emoji has 1 to 64 bytes without spaces and control characters.",
        pointer: "/emoji"
    )
    static let rangeInvalid = Refusal(
        .invalid,
        "range.invalid",
        "A range goes from 1 or more up to at least its beginning, over at most 10,000 numbers.",
        pointer: "/to"
    )
    static let reasonInvalid = Refusal(
        .invalid,
        "reason.invalid",
        "A reason has at most 1,000 characters and no control character.",
        pointer: "/reason"
    )
}
