/// Whether a request is let through, and what its sender is told.
package struct RateDecision: Sendable, Hashable {
    /// True if every rule allows it; otherwise none of them has counted it.
    package let isAllowed: Bool
    /// One for each rule and subject, in the order of the charges.
    package let standings: [RateStanding]
    /// Whether this process has decided alone, since Redis did not answer.
    package let isLocal: Bool

    /// The one that the sender meets first: of those that refuse the one that does so longest, otherwise the one with
    /// the least left.
    package var tightest: RateStanding? {
        if isAllowed { return standings.min { ($0.remaining, -$0.resetSeconds) < ($1.remaining, -$1.resetSeconds) } }
        return standings.filter { !$0.isAllowed }.max { ($0.retrySeconds ?? .max) < ($1.retrySeconds ?? .max) }
    }
}

/// The header fields, as in draft-ietf-httpapi-ratelimit-headers-10 and RFC 9110.
extension RateDecision {
    /// `RateLimit-Policy: "burst";q=100;w=60, "day";q=1000;w=86400`; nil where no rule applies.
    package var policyField: String? {
        var seen: Set<RateRule> = []
        let policies = standings.map(\.rule).filter { seen.insert($0).inserted }.map { rule in
            // Whole seconds are all that can be said.
            #""\#(rule.name)";q=\#(rule.limit);w=\#((rule.windowMS + 999) / 1000)"#
        }
        return policies.isEmpty ? nil : policies.joined(separator: ", ")
    }

    /// `RateLimit: "burst";r=50;t=30` of the tightest rule.
    package var limitField: String? {
        tightest.map { #""\#($0.rule.name)";r=\#($0.remaining);t=\#($0.resetSeconds)"# }
    }

    /// `Retry-After: 12`; nil if the request was let through, or never will be.
    package var retryAfterField: String? {
        guard !isAllowed, let seconds = tightest?.retrySeconds else { return nil }
        return String(seconds)
    }
}
