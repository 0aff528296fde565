package import Events

/// An organization, as decisions need it.
package struct Org: Fold {
    package private(set) var tenant: TenantID?
    package private(set) var slug = ""
    /// By an operator; one that is about to be deleted is suspended all the same.
    package private(set) var isSuspended = false
    /// When it ends unless that is taken back.
    package private(set) var endsAt: Timestamp?
    /// Whether its ending has begun, which cannot be taken back.
    package private(set) var isEnding = false
    package private(set) var isDeleted = false
    /// What operators allow it of its own.
    package private(set) var limits: [Meter: MeterLimit] = [:]
    /// Up to where its tenant's log has what was said of it.
    package private(set) var relayedUpTo: Int64 = 0
    /// Nil: the default one.
    package private(set) var plan: String?
    /// What it may use as it was resolved last, and where in the control log the plans were then what they were.
    private var entitlements: [Meter: Entitlement] = [:]
    private(set) var plansAsOf: Int64 = 0
    private(set) var policies = Policies()

    package init() {}

    package mutating func apply(_ event: OrgEvent, at place: Place) {
        switch event {
        case .created(_, let slug, let tenant, _): (self.slug, self.tenant) = (slug, tenant)
        case .suspended: isSuspended = true
        case .resumed: isSuspended = false
        case .deletionRequested(_, let endsAt): self.endsAt = endsAt
        case .deletionCancelled: endsAt = nil
        case .endingBegun: isEnding = true
        case .deleted: isDeleted = true
        case .limitSet(let meter, let limit, _): limits[meter] = limit
        case .limitsRelayed(let position): relayedUpTo = position
        case .planChanged(let slug, _): plan = slug
        case .limitsResolved(let changes, let asOf):
            for change in changes { entitlements[change.meter] = change }
            plansAsOf = asOf
        case .llmPolicyChanged(let policy, _): policies.set(.llm(policy))
        case .vmPolicyChanged(let policy, _): policies.set(.vm(policy))
        case .fsCachePolicyChanged(let policy, _): policies.set(.fsCache(policy))
        }
    }

    /// How much of a meter it may use, as was said last. What nothing was said of is without limit.
    func entitlement(to meter: Meter) -> Entitlement {
        entitlements[meter] ?? Entitlement(meter, .unlimited, by: .default)
    }
}

/// An organization and its tenant, which stand and fall together.
package struct OrgState: Sendable {
    package var org: Loaded<Org>
    /// Nil for an organization that was never made.
    package var tenant: Loaded<TenantPlace>?

    package init(org: Loaded<Org>, tenant: Loaded<TenantPlace>?) {
        self.org = org
        self.tenant = tenant
    }

    /// The tenant of an organization that is there and has not begun to end.
    func living() throws(Refusal) -> Loaded<TenantPlace> {
        guard org.exists, let tenant else { throw .orgUnknown }
        guard !org.state.isEnding, !org.state.isDeleted else { throw .orgOver }
        guard tenant.state.isOpened else { throw .orgNotOpen }
        return tenant
    }
}

extension StateLoader {
    func load(_ id: OrgID) async throws -> OrgState {
        let org = try await load(Org.self, id)
        guard let tenant = org.state.tenant else { return OrgState(org: org, tenant: nil) }
        return OrgState(org: org, tenant: try await load(TenantPlace.self, tenant))
    }
}
