package import Events

/// Says what the organization shall begin with. From here on its founding goes on by itself, and its name is its own.
package struct CompleteOnboarding: Command {
    package static let inviteLimit = 50

    package static let name = "complete_onboarding"
    package let onboarding: OnboardingID
    package let account: AccountID
    /// The founder's handle and name in the tenant.
    package let handle: String
    package let displayName: String
    /// The first room's name.
    package let room: String
    /// E-mail addresses.
    package let invites: [String]

    package init(
        onboarding: OnboardingID,
        account: AccountID,
        handle: String,
        name: String,
        room: String,
        invites: [String]
    ) {
        self.onboarding = onboarding
        self.account = account
        self.handle = handle
        displayName = name
        self.room = room
        self.invites = invites
    }

    package func load(by loader: borrowing StateLoader) async throws -> OnboardingState {
        try await loader.load(onboarding)
    }

    package func decide(_ state: OnboardingState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let onboarding = state.onboarding.state
        guard onboarding.account == account, let org = onboarding.org else { throw .onboardingUnknown }
        var decision = Decision<Done>()
        switch onboarding.phase {
        case .completing, .finished: return decision
        case .started(let until): guard until > caller.now, state.holdsName else { throw .onboardingLapsed }
        case .lapsed, .failed, nil: throw .onboardingLapsed
        }
        guard let handle = Handle.normalized(handle) else { throw .handleInvalid }
        guard PlainText.isLine(displayName, User.nameLengths) else { throw .userNameInvalid }
        guard PlainText.isLine(room, Room.nameLengths) else { throw .roomNameInvalid }
        guard invites.count <= Self.inviteLimit else { throw .tooManyInvites }
        guard invites.allSatisfy(EmailAddress.isOne) else { throw .emailInvalid }
        decision.append(.confirmed(slug: onboarding.slug, org: org), to: state.name.id)
        decision.append(
            .completionRequested(
                wishes: .init(
                    handle: Personal(handle, of: account.person),
                    name: Personal(displayName, of: account.person),
                    room: room,
                    invites: invites.map { Personal($0, of: account.person) }
                )
            ),
            to: self.onboarding
        )
        return decision
    }
}
