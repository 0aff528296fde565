package import Events

/// Says how much of a meter an organization may use, by its operators. Its tenant is told by the registrar.
package struct SetOrgLimit: Command {
    package struct State: Sendable {
        package var org: OrgState
        package var plans: PlansInForce

        package init(org: OrgState, plans: PlansInForce) {
            self.org = org
            self.plans = plans
        }
    }

    package static let name = "set_org_limit"
    package let org: OrgID
    package let meter: Meter
    /// Nil: what its plan says.
    package let limit: MeterLimit?
    package let reason: String

    package init(org: OrgID, meter: Meter, limit: MeterLimit?, reason: String) {
        self.org = org
        self.meter = meter
        self.limit = limit
        self.reason = reason
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let org = try await loader.load(org)
        return State(org: org, plans: try await loader.loadPlans(with: org.org.state.plan))
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlainText.isLine(reason, OrgReason.lengths) else { throw .orgReasonInvalid }
        guard limit?.isValid != false else { throw .limitInvalid }
        _ = try state.org.living()
        var decision = Decision<Done>()
        let org = state.org.org
        var limits = org.state.limits
        guard limits[meter] != limit else { return decision }
        limits[meter] = limit
        decision.append(.limitSet(meter: meter, limit: limit, reason: reason), to: org.id)
        decision.resolve(org, with: limits, by: state.plans)
        return decision
    }
}

/// Writes down up to which position of the control log what was said of an organization is in its tenant's own log.
package struct NoteLimitsRelayed: Command {
    package static let name = "note_limits_relayed"
    package let org: OrgID
    package let position: Int64

    package init(org: OrgID, upTo position: Int64) {
        self.org = org
        self.position = position
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Org> {
        try await loader.load(Org.self, org)
    }

    package func decide(_ org: Loaded<Org>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard org.exists else { throw .orgUnknown }
        var decision = Decision<Done>()
        guard org.state.relayedUpTo < position else { return decision }
        decision.append(.limitsRelayed(upTo: position), to: self.org)
        return decision
    }
}
