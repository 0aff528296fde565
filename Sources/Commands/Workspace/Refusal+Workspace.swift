extension Refusal {
    /// The same for a room that is not there and for one that the caller may not see.
    static let roomUnknown = Refusal(.notFound, "room.not_found", "There is no such room.")
    static let roomExists = Refusal(.conflict, "room.exists", "There is a room with this identifier already.")
    static let roomArchived = Refusal(.conflict, "room.archived", "The room is archived: it can only be read.")
    static let notAMember = Refusal(.forbidden, "room.not_a_member", "Only members of the room may do this.")
    static let moderatorRequired = Refusal(
        .forbidden,
        "room.moderator_required",
        "Only a moderator of the room or an administrator may do this."
    )
    static let memberUnknown = Refusal(.notFound, "room.member_not_found", "The user is not a member of the room.")
    static let roomNameInvalid = Refusal(
        .invalid,
        "room.name_invalid",
        "A name has 1 to 120 characters, not all of them spaces and none a control character.",
        pointer: "/name"
    )
    static let roomTopicInvalid = Refusal(
        .invalid,
        "room.topic_invalid",
        "A topic has at most 1,000 characters and no control character.",
        pointer: "/topic"
    )
    static let tooManyMembers = Refusal(
        .invalid,
        "room.too_many_users",
        "At most 500 users can be added at once.",
        pointer: "/user_ids"
    )

    static func newMemberUnknown(at index: Int) -> Refusal {
        Refusal(.invalid, "room.user_unknown", "There is no such user.", pointer: "/user_ids/\(index)")
    }

    static func newMemberDeactivated(at index: Int) -> Refusal {
        Refusal(.conflict, "room.user_deactivated", "The user has been deactivated.", pointer: "/user_ids/\(index)")
    }

    static func newMemberIsAuditor(at index: Int) -> Refusal {
        Refusal(.conflict, "room.user_is_auditor", "An auditor is in no room.", pointer: "/user_ids/\(index)")
    }
}
