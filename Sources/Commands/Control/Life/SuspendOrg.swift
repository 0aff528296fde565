package import Events

/// Keeps everybody out of an organization until it is resumed, and ends their sessions. One that is suspended stays so.
package struct SuspendOrg: Command {
    package static let name = "suspend_org"
    package let org: OrgID
    package let reason: String

    package init(org: OrgID, reason: String) {
        self.org = org
        self.reason = reason
    }

    package func load(by loader: borrowing StateLoader) async throws -> OrgState { try await loader.load(org) }

    package func decide(_ state: OrgState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlainText.isLine(reason, OrgReason.lengths) else { throw .orgReasonInvalid }
        let tenant = try state.living()
        var decision = Decision<Done>()
        guard !state.org.state.isSuspended else { return decision }
        decision.append(.suspended(reason: reason), to: org)
        if !tenant.state.isSuspended { decision.append(.suspended, to: tenant.id) }
        return decision
    }
}

/// Lets people in again, unless the organization is about to be deleted: then once that is taken back.
package struct ResumeOrg: Command {
    package static let name = "resume_org"
    package let org: OrgID

    package init(org: OrgID) { self.org = org }

    package func load(by loader: borrowing StateLoader) async throws -> OrgState { try await loader.load(org) }

    package func decide(_ state: OrgState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let tenant = try state.living()
        var decision = Decision<Done>()
        guard state.org.state.isSuspended else { return decision }
        decision.append(.resumed, to: org)
        if state.org.state.endsAt == nil { decision.append(.resumed, to: tenant.id) }
        return decision
    }
}

/// Why operators say that they suspend or delete an organization. It stays in the log.
package enum OrgReason {
    /// In Unicode scalars.
    package static let lengths = 1...500
}
