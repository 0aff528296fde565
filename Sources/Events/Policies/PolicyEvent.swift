package import EventStore
internal import Foundation

package typealias PoliciesID = StreamID<PolicyEvent>

/// What a tenant's policies became, in its own log, where agents and machines decide by them. Operators set them in the control log.
package enum PolicyEvent: Event {
    /// Nil: the default one.
    case llmSet(policy: LLMPolicy?)
    case vmSet(policy: VMPolicy?)
    case fsCacheSet(policy: FSCachePolicy?)

    package static let category = "policies"
    package static let prefix = "policies"
    package static let types: [EventType] = [
        EventType("policy.llm_set"), EventType("policy.vm_set"), EventType("policy.fs_cache_set"),
    ]

    package var type: EventType {
        switch self {
        case .llmSet: Self.types[0]
        case .vmSet: Self.types[1]
        case .fsCacheSet: Self.types[2]
        }
    }

    package init(_ policy: Policy) {
        self =
            switch policy {
            case .llm(let policy): .llmSet(policy: policy)
            case .vm(let policy): .vmSet(policy: policy)
            case .fsCache(let policy): .fsCacheSet(policy: policy)
            }
    }

    package var policy: Policy {
        switch self {
        case .llmSet(let policy): .llm(policy)
        case .vmSet(let policy): .vm(policy)
        case .fsCacheSet(let policy): .fsCache(policy)
        }
    }
}

extension PoliciesID {
    /// The one stream of a tenant.
    package init(of tenant: Tenant) { self.init(.derived("daybook.policies", tenant.id.bytes)) }
}
