package import Events

/// Begins the ending of an organization whose grace is over. From here on it cannot be taken back.
package struct BeginOrgEnding: Command {
    package static let name = "begin_org_ending"
    package let org: OrgID

    package init(org: OrgID) { self.org = org }

    package func load(by loader: borrowing StateLoader) async throws -> OrgState { try await loader.load(org) }

    package func decide(_ state: OrgState, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        guard state.org.exists, let tenant = state.tenant else { throw .orgUnknown }
        let org = state.org.state
        var decision = Decision(Answer(tenant: tenant.id, isEnding: org.isEnding && !org.isDeleted))
        guard !org.isEnding, let end = org.endsAt, end <= caller.now else { return decision }
        decision.append(.endingBegun, to: self.org)
        decision.answer.isEnding = true
        return decision
    }

    package struct Answer: Codable, Sendable, Equatable {
        package var tenant: TenantID
        /// False if there is nothing to end: it was taken back, is not due, or is over.
        package var isEnding: Bool
    }
}

/// Takes a person out of a tenant that is being ended. Once is enough.
package struct EndMembership: Command {
    package struct State: Sendable {
        package var account: Loaded<Account>
        package var org: OrgState
    }

    package static let name = "end_membership"
    package let account: AccountID
    package let org: OrgID

    package init(of account: AccountID, in org: OrgID) {
        self.account = account
        self.org = org
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(account: try await loader.load(Account.self, account), org: try await loader.load(org))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.org.org.state.isEnding, let tenant = state.org.tenant else { throw .orgUnknown }
        var decision = Decision<Done>()
        if state.account.state.memberships[tenant.id] != nil {
            decision.append(.membershipRemoved(tenant: tenant.id), to: account)
        }
        return decision
    }
}

/// The last step: the name is free, and the tenant is no more.
package struct FinishOrgEnding: Command {
    package struct State: Sendable {
        package var org: OrgState
        package var name: Loaded<HeldName>
    }

    package static let name = "finish_org_ending"
    package let org: OrgID

    package init(org: OrgID) { self.org = org }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let org = try await loader.load(org)
        return State(org: org, name: try await loader.load(HeldName.self, NameID(slug: org.org.state.slug)))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard let tenant = state.org.tenant, state.org.org.state.isEnding else { throw .orgUnknown }
        var decision = Decision<Done>()
        guard !state.org.org.state.isDeleted else { return decision }
        decision.append(.deleted, to: tenant.id)
        decision.append(.deleted, to: org)
        if state.name.state.holder == .org(org) { decision.append(.released(reason: .deleted), to: state.name.id) }
        return decision
    }
}
