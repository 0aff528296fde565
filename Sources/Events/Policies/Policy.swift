/// What operators let an organization's agents and machines do: one document a kind. As it stands in the log, so it stands in
/// requests and answers.
package enum Policy: Codable, Sendable, Equatable {
    /// Nil: the default one.
    case llm(LLMPolicy?)
    case vm(VMPolicy?)
    case fsCache(FSCachePolicy?)

    package var kind: PolicyKind {
        switch self {
        case .llm: .llm
        case .vm: .vm
        case .fsCache: .fsCache
        }
    }
}

package enum PolicyKind: String, Codable, Sendable, CaseIterable, Hashable {
    case llm, vm
    case fsCache = "fs-cache"
}

/// One kind of policy.
package protocol PolicyDocument: Codable, Sendable, Equatable {
    static var kind: PolicyKind { get }
    /// What holds where operators have said nothing: what costs money is not allowed.
    static var standard: Self { get }
    /// - Parameter document: nil: the default one.
    static func policy(_ document: Self?) -> Policy
}

/// Which language models may be used, and how much of them.
package struct LLMPolicy: PolicyDocument {
    package struct LLMModel: Codable, Sendable, Equatable {
        /// One of the policy's providers.
        package var provider: String
        /// As the provider calls it.
        package var model: String
        /// Micro-USD for a million tokens each.
        package var inputPrice: Int64
        package var outputPrice: Int64

        package init(provider: String, model: String, inputPrice: Int64, outputPrice: Int64) {
            self.provider = provider
            self.model = model
            self.inputPrice = inputPrice
            self.outputPrice = outputPrice
        }

        private enum CodingKeys: String, CodingKey {
            case provider, model
            case inputPrice = "input_price_micro_usd"
            case outputPrice = "output_price_micro_usd"
        }
    }

    package var providers: [String]
    package var models: [LLMModel]
    /// Micro-USD in a calendar month, in UTC.
    package var monthlyBudget: Int64
    /// What one run of an agent may use, in and out together.
    package var runTokenLimit: Int64
    /// Whether what is sent to models may be kept.
    package var retainsPrompts: Bool

    package init(
        providers: [String],
        models: [LLMModel],
        monthlyBudget: Int64,
        runTokenLimit: Int64,
        retainsPrompts: Bool
    ) {
        self.providers = providers
        self.models = models
        self.monthlyBudget = monthlyBudget
        self.runTokenLimit = runTokenLimit
        self.retainsPrompts = retainsPrompts
    }

    private enum CodingKeys: String, CodingKey {
        case providers, models
        case monthlyBudget = "monthly_budget_micro_usd"
        case runTokenLimit = "run_token_limit"
        case retainsPrompts = "retains_prompts"
    }

    package static let kind = PolicyKind.llm
    package static let standard = LLMPolicy(
        providers: [],
        models: [],
        monthlyBudget: 0,
        runTokenLimit: 0,
        retainsPrompts: false
    )
    package static func policy(_ document: Self?) -> Policy { .llm(document) }
}

/// Which virtual machines may run, and for how long.
package struct VMPolicy: PolicyDocument {
    package var sizes: [String]
    /// How many at a time.
    package var most: Int64
    /// After how long without a command one is stopped.
    package var idleSeconds: Int64
    /// After how long one is stopped in any case.
    package var lifetimeSeconds: Int64
    /// Where it may connect to: names, or `*.` and a name for all below it. None: nowhere.
    package var egressHosts: [String]

    package init(sizes: [String], most: Int64, idleSeconds: Int64, lifetimeSeconds: Int64, egressHosts: [String]) {
        self.sizes = sizes
        self.most = most
        self.idleSeconds = idleSeconds
        self.lifetimeSeconds = lifetimeSeconds
        self.egressHosts = egressHosts
    }

    private enum CodingKeys: String, CodingKey {
        case sizes
        case most = "max_machines"
        case idleSeconds = "idle_seconds"
        case lifetimeSeconds = "lifetime_seconds"
        case egressHosts = "egress_hosts"
    }

    package static let kind = PolicyKind.vm
    package static let standard = VMPolicy(
        sizes: [],
        most: 0,
        idleSeconds: 900,
        lifetimeSeconds: 28_800,
        egressHosts: []
    )
    package static func policy(_ document: Self?) -> Policy { .vm(document) }
}

/// How much of files is kept near the machines, and for how long.
package struct FSCachePolicy: PolicyDocument {
    package var bytes: Int64
    package var lifetimeSeconds: Int64

    package init(bytes: Int64, lifetimeSeconds: Int64) {
        self.bytes = bytes
        self.lifetimeSeconds = lifetimeSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case bytes
        case lifetimeSeconds = "lifetime_seconds"
    }

    package static let kind = PolicyKind.fsCache
    package static let standard = FSCachePolicy(bytes: 0, lifetimeSeconds: 86_400)
    package static func policy(_ document: Self?) -> Policy { .fsCache(document) }
}
