package import Events

/// Has an organization deleted when its grace is over, and suspends it until then. One that is about to be deleted keeps its time.
package struct RequestOrgDeletion: Command {
    package static let name = "request_org_deletion"
    package let org: OrgID
    package let reason: String
    package let graceSeconds: Int64

    package init(org: OrgID, reason: String, graceSeconds: Int64) {
        self.org = org
        self.reason = reason
        self.graceSeconds = graceSeconds
    }

    // Without the grace: it is the installation's, and may be another when the request is repeated.
    private enum CodingKeys: String, CodingKey {
        case org, reason
    }

    package func load(by loader: borrowing StateLoader) async throws -> OrgState { try await loader.load(org) }

    package func decide(_ state: OrgState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlainText.isLine(reason, OrgReason.lengths) else { throw .orgReasonInvalid }
        let tenant = try state.living()
        var decision = Decision<Done>()
        guard state.org.state.endsAt == nil else { return decision }
        let end = Timestamp(microseconds: caller.now.microseconds + graceSeconds * 1_000_000)
        decision.append(.deletionRequested(reason: reason, endsAt: end), to: org)
        if !tenant.state.isSuspended { decision.append(.suspended, to: tenant.id) }
        return decision
    }
}

/// Takes a deletion back while its grace lasts. The organization is as it was before: suspended, if an operator had suspended it.
package struct CancelOrgDeletion: Command {
    package static let name = "cancel_org_deletion"
    package let org: OrgID

    package init(org: OrgID) { self.org = org }

    package func load(by loader: borrowing StateLoader) async throws -> OrgState { try await loader.load(org) }

    package func decide(_ state: OrgState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let tenant = try state.living()
        var decision = Decision<Done>()
        guard state.org.state.endsAt != nil else { return decision }
        decision.append(.deletionCancelled, to: org)
        if !state.org.state.isSuspended { decision.append(.resumed, to: tenant.id) }
        return decision
    }
}
