internal import Events

/// What keeps a document from being a policy.
enum PolicyCheck {
    static func check(_ policy: Policy) throws(Refusal) {
        switch policy {
        case .llm(let policy?): try check(policy)
        case .vm(let policy?): try check(policy)
        case .fsCache(let policy?): try check(policy)
        case .llm(nil), .vm(nil), .fsCache(nil): break
        }
    }

    /// A million USD.
    private static let mostMoney: Int64 = 1_000_000_000_000
    private static let day: Int64 = 86_400

    private static func check(_ policy: LLMPolicy) throws(Refusal) {
        try expect(areNames(policy.providers, atMost: 20), "/providers", "at most 20 different names")
        try expect(policy.models.count <= 200, "/models", "at most 200")
        var seen: Set<[String]> = []
        for (index, model) in policy.models.enumerated() {
            let pointer = "/models/\(index)"
            try expect(policy.providers.contains(model.provider), pointer + "/provider", "one of the providers")
            try expect(PlainText.isLine(model.model, 1...100), pointer + "/model", "a line of at most 100 characters")
            try expect(seen.insert([model.provider, model.model]).inserted, pointer, "there once")
            let prices = 0...mostMoney
            try expect(prices.contains(model.inputPrice), pointer + "/input_price_micro_usd", "from 0 to 10^12")
            try expect(prices.contains(model.outputPrice), pointer + "/output_price_micro_usd", "from 0 to 10^12")
        }
        try expect((0...mostMoney).contains(policy.monthlyBudget), "/monthly_budget_micro_usd", "from 0 to 10^12")
        try expect((0...1_000_000_000).contains(policy.runTokenLimit), "/run_token_limit", "from 0 to 10^9")
    }

    private static func check(_ policy: VMPolicy) throws(Refusal) {
        try expect(areNames(policy.sizes, atMost: 20), "/sizes", "at most 20 different names")
        try expect((0...10_000).contains(policy.most), "/max_machines", "from 0 to 10000")
        try expect((60...7 * day).contains(policy.idleSeconds), "/idle_seconds", "from a minute to seven days")
        let lifetimes = policy.idleSeconds...30 * day
        try expect(lifetimes.contains(policy.lifetimeSeconds), "/lifetime_seconds", "from idle_seconds to thirty days")
        try expect(policy.egressHosts.count <= 200, "/egress_hosts", "at most 200")
        try expect(
            Set(policy.egressHosts).count == policy.egressHosts.count && policy.egressHosts.allSatisfy(isHost),
            "/egress_hosts",
            "different names of hosts in lower case, or such with *. before them"
        )
    }

    private static func check(_ policy: FSCachePolicy) throws(Refusal) {
        try expect((0...1 << 50).contains(policy.bytes), "/bytes", "from 0 to 2^50")
        try expect((60...365 * day).contains(policy.lifetimeSeconds), "/lifetime_seconds", "from a minute to a year")
    }

    private static func expect(_ holds: Bool, _ pointer: String, _ what: String) throws(Refusal) {
        guard !holds else { return }
        throw Refusal(.invalid, "policy.invalid", "It has to be \(what).", pointer: "/policy" + pointer)
    }

    private static func areNames(_ names: [String], atMost most: Int) -> Bool {
        names.count <= most && Set(names).count == names.count
            && names.allSatisfy { PlainText.isLine($0, 1...100) }
    }

    /// A DNS name in lower case (RFC 1123), of two labels at least behind `*.`.
    private static func isHost(_ text: String) -> Bool {
        let isPattern = text.hasPrefix("*.")
        let labels = text.dropFirst(isPattern ? 2 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 255, labels.count >= (isPattern ? 2 : 1) else { return false }
        return labels.allSatisfy { label in
            let bytes = Array(label.utf8)
            return (1...63).contains(bytes.count) && bytes.first != .hyphen && bytes.last != .hyphen
                && bytes.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == .hyphen }
        }
    }
}
