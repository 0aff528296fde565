extension Refusal {
    static let callerUnknown = Refusal(.forbidden, "user.not_in_tenant", "The caller is not a user of this tenant.")
    static let callerDeactivated = Refusal(.forbidden, "user.deactivated", "The caller has been deactivated.")
    static let auditorReadsOnly = Refusal(
        .forbidden,
        "role.auditor_reads_only",
        "An auditor reads the audit surfaces and nothing else."
    )
    static let callerIsNobody = Refusal(
        .forbidden,
        "caller.user_required",
        "Only a user can do this, or an integration on a user's behalf."
    )
    static let administratorRequired = Refusal(
        .forbidden,
        "role.administrator_required",
        "Only an owner or an administrator may do this."
    )
    static let ownerRequired = Refusal(.forbidden, "role.owner_required", "Only an owner may make or change owners.")
    static let notForGuests = Refusal(.forbidden, "role.guest_not_allowed", "Guests may not do this.")

    static let userUnknown = Refusal(.notFound, "user.not_found", "There is no such user.")
    static let userExists = Refusal(.conflict, "user.exists", "There is a user with this identifier already.")
    static let handleTaken = Refusal(.conflict, "user.handle_taken", "The handle is taken.", pointer: "/handle")
    static let handleInvalid = Refusal(
        .invalid,
        "user.handle_invalid",
        "A handle is 1 to 64 of the letters a-z, digits, dot, underscore and hyphen.",
        pointer: "/handle"
    )
    static let userNameInvalid = Refusal(
        .invalid,
        "user.name_invalid",
        "A name has 1 to 120 characters, not all of them spaces and none a control character.",
        pointer: "/name"
    )
    static let userForgotten = Refusal(
        .conflict,
        "user.forgotten",
        "The user has been forgotten, which cannot be taken back."
    )
    static let userStillActive = Refusal(
        .conflict,
        "user.still_active",
        "Only a deactivated user can be forgotten: deactivate the user first."
    )
    static let lastOwner = Refusal(.conflict, "owner.last", "A tenant keeps at least one active owner.")
}
