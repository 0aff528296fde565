package import EventStore

package typealias OrgID = StreamID<OrgEvent>

/// What can happen to an organization. It has one tenant.
package enum OrgEvent: Event {
    /// `founder` is nil for one that an operator made.
    case created(name: String, slug: String, tenant: TenantID, founder: AccountID?)
    /// Nobody comes in until it is resumed. The reason is an operator's.
    case suspended(reason: String)
    case resumed
    /// It is suspended, and ends at `endsAt` unless that is taken back before.
    case deletionRequested(reason: String, endsAt: Timestamp)
    case deletionCancelled
    /// From here on nothing can be taken back.
    case endingBegun
    /// Its people are forgotten, and its name is free.
    case deleted
    /// Operators allow its tenant so much of a meter; nil: what its plan says.
    case limitSet(meter: Meter, limit: MeterLimit?, reason: String)
    /// Its tenant's own log has what was said of it up to this position of the control log.
    case limitsRelayed(upTo: Int64)
    /// Nil: the default plan. The reason is an operator's.
    case planChanged(slug: String?, reason: String)
    /// From here on it may use so much of these meters, by its own limits and by the plans as they were at this position of the control
    /// log.
    case limitsResolved(changes: [Entitlement], asOf: Int64)
    /// What operators let its agents and machines do. Nil: the default.
    case llmPolicyChanged(policy: LLMPolicy?, reason: String)
    case vmPolicyChanged(policy: VMPolicy?, reason: String)
    case fsCachePolicyChanged(policy: FSCachePolicy?, reason: String)

    package static let category = "org"
    package static let prefix = "org"
    package static let types: [EventType] = [
        EventType("control.org_created"), EventType("control.org_suspended"), EventType("control.org_resumed"),
        EventType("control.org_deletion_requested"), EventType("control.org_deletion_cancelled"),
        EventType("control.org_ending_begun"), EventType("control.org_deleted"),
        EventType("control.org_limit_set"), EventType("control.org_limits_relayed"),
        EventType("control.org_plan_changed"), EventType("control.org_limits_resolved"),
        EventType("control.llm_policy_changed"), EventType("control.vm_policy_changed"),
        EventType("control.fs_cache_policy_changed"),
    ]

    package var type: EventType {
        switch self {
        case .created: Self.types[0]
        case .suspended: Self.types[1]
        case .resumed: Self.types[2]
        case .deletionRequested: Self.types[3]
        case .deletionCancelled: Self.types[4]
        case .endingBegun: Self.types[5]
        case .deleted: Self.types[6]
        case .limitSet: Self.types[7]
        case .limitsRelayed: Self.types[8]
        case .planChanged: Self.types[9]
        case .limitsResolved: Self.types[10]
        case .llmPolicyChanged: Self.types[11]
        case .vmPolicyChanged: Self.types[12]
        case .fsCachePolicyChanged: Self.types[13]
        }
    }
}
