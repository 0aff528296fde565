package import EventStore
internal import Foundation

package typealias DefaultPlanID = StreamID<DefaultPlanEvent>

/// Which plan organizations have that have none of their own. There is one stream of these.
package enum DefaultPlanEvent: Event {
    /// Nil: none, so that whatever no plan limits is without limit.
    case chosen(slug: String?)
    /// Every organization has been given what was chosen up to this position of the control log.
    case rolledOut(upTo: Int64)

    package static let category = "default_plan"
    package static let prefix = "defaultplan"
    package static let types: [EventType] = [
        EventType("control.default_plan_chosen"), EventType("control.default_plan_rolled_out"),
    ]

    package var type: EventType {
        switch self {
        case .chosen: Self.types[0]
        case .rolledOut: Self.types[1]
        }
    }
}

extension DefaultPlanID {
    /// The one stream of the installation.
    package static let installation = DefaultPlanID(.derived("daybook.default_plan"))
}
