package import Events

/// Gives an organization a plan, or takes it back: then it has the default one.
package struct SetOrgPlan: Command {
    package struct State: Sendable {
        package var org: OrgState
        /// With the plan that it is to have.
        package var plans: PlansInForce

        package init(org: OrgState, plans: PlansInForce) {
            self.org = org
            self.plans = plans
        }
    }

    package static let name = "set_org_plan"
    package let org: OrgID
    /// Nil: the default one.
    package let plan: String?
    package let reason: String

    package init(org: OrgID, plan: String?, reason: String) {
        self.org = org
        self.plan = plan
        self.reason = reason
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(org: try await loader.load(org), plans: try await loader.loadPlans(with: plan))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlainText.isLine(reason, OrgReason.lengths) else { throw .orgReasonInvalid }
        _ = try state.org.living()
        var decision = Decision<Done>()
        let org = state.org.org
        guard org.state.plan != plan else { return decision }
        if let own = state.plans.own { try own.expectOffered() }
        decision.append(.planChanged(slug: plan, reason: reason), to: org.id)
        decision.resolve(org, with: org.state.limits, by: state.plans)
        return decision
    }
}

/// Brings an organization's limits up to date with its plan and the default one. Once is enough, however often and by however many
/// it is asked for.
package struct ResolveLimits: Command {
    package typealias State = SetOrgPlan.State

    package struct Answer: Codable, Sendable, Equatable {
        /// Whether it has a limit by any of these.
        package var isLimited: Bool
        package var isChanged: Bool
    }

    package static let name = "resolve_limits"
    package let org: OrgID

    package init(of org: OrgID) { self.org = org }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let org = try await loader.load(org)
        return State(org: org, plans: try await loader.loadPlans(with: org.org.state.plan))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        let org = state.org.org
        guard org.exists else { throw .orgUnknown }
        let limits = Meter.allCases.map { state.plans.entitlement(to: $0, with: org.state.limits).limit }
        var decision = Decision(Answer(isLimited: limits.contains { $0 != .unlimited }, isChanged: false))
        // Nothing reaches a tenant that is being ended.
        guard !org.state.isEnding, !org.state.isDeleted else { return decision }
        decision.resolve(org, with: org.state.limits, by: state.plans)
        decision.answer.isChanged = !decision.items.isEmpty
        return decision
    }
}

extension Decision {
    /// Says what an organization may use from here on, as far as that is something else than before.
    mutating func resolve(_ org: Loaded<Org>, with overrides: [Meter: MeterLimit], by plans: PlansInForce) {
        let changes = Meter.allCases.map { plans.entitlement(to: $0, with: overrides) }.filter {
            org.state.entitlement(to: $0.meter) != $0
        }
        guard !changes.isEmpty || plans.asOf != org.state.plansAsOf else { return }
        append(.limitsResolved(changes: changes, asOf: plans.asOf), to: org.id)
    }
}
