package import Events

/// Lets an onboarding lapse that was not completed in time, so that others can have the name.
package struct LapseOnboarding: Command {
    package static let name = "lapse_onboarding"
    package let onboarding: OnboardingID

    package init(onboarding: OnboardingID) { self.onboarding = onboarding }

    package func load(by loader: borrowing StateLoader) async throws -> OnboardingState {
        try await loader.load(onboarding)
    }

    package func decide(_ state: OnboardingState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard case .started(let until) = state.onboarding.state.phase, until <= caller.now else { return Decision() }
        return state.ending(.lapsed, because: .lapsed)
    }
}

/// Ends an onboarding that cannot go on: a step of it was refused.
package struct FailOnboarding: Command {
    package static let name = "fail_onboarding"
    package let onboarding: OnboardingID
    /// Of the refusal.
    package let code: String

    package init(onboarding: OnboardingID, code: String) {
        self.onboarding = onboarding
        self.code = code
    }

    package func load(by loader: borrowing StateLoader) async throws -> OnboardingState {
        try await loader.load(onboarding)
    }

    package func decide(_ state: OnboardingState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.onboarding.state.phase == .completing else { return Decision() }
        return state.ending(.failed(code: code), because: .failed)
    }
}

/// The last step: opens the tenant, and makes the founder its owner's account.
package struct FinishOnboarding: Command {
    package struct State: Sendable {
        package var onboarding: Loaded<Onboarding>
        package var account: Loaded<Account>
        package var tenant: Loaded<TenantPlace>
    }

    package static let name = "finish_onboarding"
    package let onboarding: OnboardingID
    package let account: AccountID
    package let tenant: TenantID
    /// The founder in the tenant.
    package let user: UserID

    package init(onboarding: OnboardingID, account: AccountID, tenant: TenantID, user: UserID) {
        self.onboarding = onboarding
        self.account = account
        self.tenant = tenant
        self.user = user
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            onboarding: try await loader.load(Onboarding.self, onboarding),
            account: try await loader.load(Account.self, account),
            tenant: try await loader.load(TenantPlace.self, tenant)
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        var decision = Decision<Done>()
        guard state.onboarding.state.phase == .completing else { return decision }
        guard state.tenant.state.partition != nil else { throw .tenantUnknown }
        if !state.tenant.state.isOpened { decision.append(.activated, to: tenant) }
        if state.account.state.memberships[tenant] == nil {
            decision.append(.membershipAdded(tenant: tenant, user: user), to: account)
        }
        decision.append(.finished(user: user), to: onboarding)
        decision.countOnboardingEnded(of: account)
        return decision
    }
}
