package import Events

/// What operators let a tenant's agents and machines do, as decisions need it. A kind of which nothing was said is the default.
package struct Policies: Fold {
    package private(set) var llm: LLMPolicy?
    package private(set) var vm: VMPolicy?
    package private(set) var fsCache: FSCachePolicy?

    package init() {}

    package mutating func apply(_ event: PolicyEvent, at place: Place) { set(event.policy) }

    mutating func set(_ policy: Policy) {
        switch policy {
        case .llm(let policy): llm = policy
        case .vm(let policy): vm = policy
        case .fsCache(let policy): fsCache = policy
        }
    }

    func has(_ policy: Policy) -> Bool {
        switch policy {
        case .llm(let policy): llm == policy
        case .vm(let policy): vm == policy
        case .fsCache(let policy): fsCache == policy
        }
    }
}

/// Says what operators let a tenant's agents and machines do. For the system alone: it is how what the control plane knows comes into
/// the tenant's log. Setting what is set changes nothing.
package struct SetPolicy: Command {
    package static let name = "set_policy"
    package let policy: Policy

    package init(_ policy: Policy) { self.policy = policy }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Policies> {
        try await loader.load(Policies.self, PoliciesID(of: loader.caller.tenant))
    }

    package func decide(_ policies: Loaded<Policies>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard caller.actor == .system, caller.actingUser == nil else { throw .policyNotYours }
        var decision = Decision<Done>()
        if !policies.state.has(policy) { decision.append(PolicyEvent(policy), to: policies.id) }
        return decision
    }
}

extension Refusal {
    fileprivate static let policyNotYours = Refusal(.forbidden, "policy.not_yours", "Operators set policies.")
}
