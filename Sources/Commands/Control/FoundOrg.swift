package import Events

/// Makes an organization under its name, with a tenant that is still to be given its place.
package struct FoundOrg: Command {
    package struct State: Sendable {
        package var name: Loaded<HeldName>
        package var org: Loaded<Org>
        package var tenant: Loaded<TenantPlace>
    }

    package static let name = "found_org"
    package let org: OrgID
    package let tenant: TenantID
    /// In the form that `OrgName` gives.
    package let slug: String
    /// Such as `Acme, Inc.`
    package let displayName: String
    /// Nil for an operator, who takes a name that is free. An onboarding has confirmed its own before.
    package let founder: AccountID?

    package init(
        org: OrgID,
        tenant: TenantID,
        slug: String,
        name: String,
        founder: AccountID? = nil
    ) {
        self.org = org
        self.tenant = tenant
        self.slug = slug
        displayName = name
        self.founder = founder
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            name: try await loader.load(HeldName.self, NameID(slug: slug)),
            org: try await loader.load(Org.self, org),
            tenant: try await loader.loadNew(TenantPlace.self, tenant)
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        var decision = Decision<Done>()
        if state.org.exists { return decision }
        if state.name.state.holder != .org(org) {
            guard state.name.state.isFree(for: nil, at: caller.now) else { throw .nameTaken }
            decision.append(.confirmed(slug: slug, org: org), to: state.name.id)
        }
        decision.append(.created(name: displayName, slug: slug, tenant: tenant, founder: founder), to: org)
        decision.append(.provisioningStarted(org: org), to: tenant)
        return decision
    }
}
