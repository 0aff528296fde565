package import Events

/// Reserves a name for an organization that a person is about to found. Of many who want it one gets it.
package struct StartOnboarding: Command {
    package struct State: Sendable {
        package var account: Loaded<Account>
        package var onboarding: Loaded<Onboarding>
        package var name: Loaded<HeldName>
    }

    package struct Answer: Codable, Sendable, Equatable {
        /// As it was made by the first request of the key.
        package var onboarding: OnboardingID
        package var heldUntil: Timestamp
    }

    /// How long a name is held for an onboarding that is not completed.
    package static let holdSeconds: Int64 = 15 * 60

    package static let name = "start_onboarding"
    package let onboarding: OnboardingID
    package let org: OrgID
    package let tenant: TenantID
    package let account: AccountID
    package let slug: String
    /// Such as `Acme, Inc.`
    package let displayName: String

    package init(
        onboarding: OnboardingID,
        org: OrgID,
        tenant: TenantID,
        account: AccountID,
        slug: String,
        name: String
    ) {
        self.onboarding = onboarding
        self.org = org
        self.tenant = tenant
        self.account = account
        self.slug = slug
        displayName = name
    }

    // Without what the server makes anew for a retry, whose answer names the first.
    private enum CodingKeys: String, CodingKey {
        case account, slug, displayName
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            account: try await loader.load(Account.self, account),
            onboarding: try await loader.loadNew(Onboarding.self, onboarding),
            name: try await loader.load(HeldName.self, NameID(slug: slug))
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        guard state.account.exists else { throw .accountUnknown }
        guard PlainText.isLine(displayName, 1...120) else { throw .orgNameInvalid }
        precondition(!state.onboarding.exists, "an onboarding's identifier is new")
        guard state.name.state.isFree(for: onboarding, at: caller.now) else { throw .nameTaken }
        let until = Timestamp(microseconds: caller.now.microseconds + Self.holdSeconds * 1_000_000)
        var decision = Decision(Answer(onboarding: onboarding, heldUntil: until))
        decision.append(.reserved(slug: slug, onboarding: onboarding, until: until), to: state.name.id)
        decision.append(
            .started(account: account, org: org, tenant: tenant, name: displayName, slug: slug, until: until),
            to: onboarding
        )
        decision.count(
            OpenOnboardings.counter(of: account),
            by: 1,
            max: OpenOnboardings.limit,
            else: .tooManyOnboardings
        )
        return decision
    }
}
