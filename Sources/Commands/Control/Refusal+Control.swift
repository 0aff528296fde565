extension Refusal {
    static let nameTaken = Refusal(.conflict, "name.taken", "An organization has this name.", pointer: "/name")
    static let orgNameInvalid = Refusal(
        .invalid,
        "name.invalid",
        "A name has 1 to 120 characters, not all of them spaces and none a control character.",
        pointer: "/name"
    )
    package static let tenantUnknown = Refusal(.notFound, "tenant.not_found", "There is no such tenant.")
    static let tenantPlaced = Refusal(.conflict, "tenant.placed", "The tenant lives somewhere else.")

    static let tenantSuspended = Refusal(.forbidden, "tenant.suspended", "The organization is suspended.")

    static let orgUnknown = Refusal(.notFound, "org.not_found", "There is no such organization.")
    static let orgOver = Refusal(.conflict, "org.over", "The organization has ended, or is being ended.")
    static let orgNotOpen = Refusal(.conflict, "org.not_open", "The organization is still being founded.")
    static let orgReasonInvalid = Refusal(
        .invalid,
        "org.reason_invalid",
        "A reason has 1 to 500 characters, not all of them spaces and none a control character.",
        pointer: "/reason"
    )

    static let accountUnknown = Refusal(.forbidden, "account.unknown", "There is no such account.")
    static let emailInvalid = Refusal(.invalid, "email.invalid", "This is no e-mail address.")

    /// The same for one that is not there and for another's.
    static let identityUnknown = Refusal(.notFound, "identity.not_found", "There is no such identity.")
    static let identityOfAnother = Refusal(
        .conflict,
        "identity.taken",
        "This login belongs to an account already, which is not yours."
    )
    static let identityLast = Refusal(
        .conflict,
        "identity.last",
        "It is the only one that you can log in by; link another one first."
    )
    static let tooManyIdentities = Refusal(.limit, "identity.too_many", "An account has at most 10 identities.")
    static let logoutReplayed = Refusal(.conflict, "logout.replayed", "The logout token was shown before.")

    static let sessionUnknown = Refusal(.notFound, "session.not_found", "There is no such session.")
    static let sessionExists = Refusal(.conflict, "session.exists", "The session was opened before.")
    static let credentialOver = Refusal(.forbidden, "credential.over", "The credential is over.")
    static let sessionOver = Refusal(.forbidden, "session.over", "The session is over.")
    /// The same for a tenant that is not there and for one that the person is not in.
    static let notInTenant = Refusal(.notFound, "tenant.not_found", "There is no such tenant.")

    static let tooManyOnboardings = Refusal(
        .limit,
        "onboarding.too_many",
        "At most 3 organizations can be founded by one person at a time."
    )
    /// The same for one that is not there and for another's.
    static let onboardingUnknown = Refusal(.notFound, "onboarding.not_found", "There is no such onboarding.")
    static let onboardingLapsed = Refusal(.conflict, "onboarding.over", "The name is held no more; start anew.")

    static let tooManyInvites = Refusal(.invalid, "invite.too_many", "At most 50 people can be invited at once.")
    package static let inviteUnknown = Refusal(.notFound, "invite.not_found", "There is no such invitation.")
    static let inviteOver = Refusal(.conflict, "invite.over", "The invitation is over; ask for a new one.")
    static let inviteOfAnother = Refusal(
        .forbidden,
        "invite.other_address",
        "The invitation went to another address than the one that your provider vouches for."
    )
}
