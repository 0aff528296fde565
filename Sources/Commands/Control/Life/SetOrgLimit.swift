package import Events

/// Says how much of a meter an organization may use, by its operators. Its tenant is told by the registrar.
package struct SetOrgLimit: Command {
    package static let name = "set_org_limit"
    package let org: OrgID
    package let meter: Meter
    /// Nil: what everybody has.
    package let limit: MeterLimit?
    package let reason: String

    package init(org: OrgID, meter: Meter, limit: MeterLimit?, reason: String) {
        self.org = org
        self.meter = meter
        self.limit = limit
        self.reason = reason
    }

    package func load(by loader: borrowing StateLoader) async throws -> OrgState { try await loader.load(org) }

    package func decide(_ state: OrgState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlainText.isLine(reason, OrgReason.lengths) else { throw .orgReasonInvalid }
        guard limit?.isValid != false else { throw .limitInvalid }
        _ = try state.living()
        var decision = Decision<Done>()
        guard state.org.state.limits[meter] != limit else { return decision }
        decision.append(.limitSet(meter: meter, limit: limit, reason: reason), to: org)
        return decision
    }
}

/// Writes down up to which position of the control log an organization's limits are in its tenant's own log.
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
