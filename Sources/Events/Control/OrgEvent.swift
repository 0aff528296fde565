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
    /// Operators allow its tenant so much of a meter; nil: what everybody has.
    case limitSet(meter: Meter, limit: MeterLimit?, reason: String)
    /// Its tenant's own log has the limits that were set up to this position of the control log.
    case limitsRelayed(upTo: Int64)

    package static let category = "org"
    package static let prefix = "org"
    package static let types: [EventType] = [
        EventType("control.org_created"), EventType("control.org_suspended"), EventType("control.org_resumed"),
        EventType("control.org_deletion_requested"), EventType("control.org_deletion_cancelled"),
        EventType("control.org_ending_begun"), EventType("control.org_deleted"),
        EventType("control.org_limit_set"), EventType("control.org_limits_relayed"),
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
        }
    }
}
