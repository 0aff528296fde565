package import Events

/// Says what operators let an organization's agents and machines do. Its tenant is told by the registrar.
package struct SetOrgPolicy: Command {
    package static let name = "set_org_policy"
    package let org: OrgID
    /// Without a document: the default one.
    package let policy: Policy
    package let reason: String

    package init(org: OrgID, policy: Policy, reason: String) {
        self.org = org
        self.policy = policy
        self.reason = reason
    }

    package func load(by loader: borrowing StateLoader) async throws -> OrgState { try await loader.load(org) }

    package func decide(_ state: OrgState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard PlainText.isLine(reason, OrgReason.lengths) else { throw .orgReasonInvalid }
        try PolicyCheck.check(policy)
        _ = try state.living()
        var decision = Decision<Done>()
        guard !state.org.state.policies.has(policy) else { return decision }
        let event: OrgEvent =
            switch policy {
            case .llm(let policy): .llmPolicyChanged(policy: policy, reason: reason)
            case .vm(let policy): .vmPolicyChanged(policy: policy, reason: reason)
            case .fsCache(let policy): .fsCachePolicyChanged(policy: policy, reason: reason)
            }
        decision.append(event, to: org)
        return decision
    }
}
