/// What a tenant uses up, counted in whole units.
package enum Meter: String, Codable, Sendable, CaseIterable, Hashable {
    /// Messages that were posted in a period; deleting one gives nothing back.
    case messages
    /// People and agents that are active now.
    case users
    /// Rooms that are not archived now.
    case rooms
    // What follows is reported by services when it has been used.
    case agentRunSeconds = "agent_run_seconds"
    case llmInputTokens = "llm_input_tokens"
    case llmCachedTokens = "llm_cached_tokens"
    case llmOutputTokens = "llm_output_tokens"
    /// In millionths of a US dollar.
    case llmCost = "llm_cost_micro_usd"
    case machineSeconds = "vm_seconds"
    case egressBytes = "egress_bytes"
    /// Of tools of third parties.
    case toolCalls = "tool_calls"

    /// True if its count begins at 0 with each month; otherwise it says how many there are.
    package var isPeriodic: Bool {
        switch self {
        case .users, .rooms: false
        case .messages, .agentRunSeconds, .llmInputTokens, .llmCachedTokens, .llmOutputTokens, .llmCost,
            .machineSeconds, .egressBytes, .toolCalls:
            true
        }
    }

    /// True if services say what was used of it; otherwise the commands count that use it.
    package var isReported: Bool {
        switch self {
        case .messages, .users, .rooms: false
        case .agentRunSeconds, .llmInputTokens, .llmCachedTokens, .llmOutputTokens, .llmCost, .machineSeconds,
            .egressBytes, .toolCalls:
            true
        }
    }
}

/// How much of a meter there may be, in units of the meter; nil is without end.
package struct MeterLimit: Codable, Sendable, Equatable {
    /// Beyond it commands are refused.
    package var hard: Int64?
    /// From it on the tenant is told.
    package var soft: Int64?

    package init(hard: Int64? = nil, soft: Int64? = nil) {
        self.hard = hard
        self.soft = soft
    }

    package static let unlimited = MeterLimit()

    /// No bound below 0, and none that a stricter one keeps from ever being met.
    package var isValid: Bool {
        (hard ?? 0) >= 0 && (soft ?? 0) >= 0 && (soft ?? 0) <= hard ?? .max
    }
}

extension MeterLimit {
    /// The stricter of both, bound by bound.
    package func lowest(_ other: MeterLimit) -> MeterLimit {
        func lower(_ a: Int64?, _ b: Int64?) -> Int64? { a.map { a in b.map { min(a, $0) } ?? a } ?? b }
        return MeterLimit(hard: lower(hard, other.hard), soft: lower(soft, other.soft))
    }
}

/// Who set a limit.
package enum LimitSource: String, Codable, Sendable, CaseIterable {
    /// Nobody: what an installation gives to all.
    case `default`
    /// The organization's plan.
    case plan
    /// The operators, for this organization.
    case override
    /// The tenant's owners, for themselves; it holds beside the operators'.
    case tenant
}
