package import EventStore
internal import Foundation

package typealias PlanID = StreamID<PlanEvent>

/// What can happen to a plan: limits under a name, which many organizations have.
package enum PlanEvent: Event {
    /// From here on whoever has the plan may use so much. A meter that is not among them is left to the default plan. What had been
    /// retired is offered again by it.
    case defined(slug: String, limits: [PlanLimit])
    /// No further organization gets it; those that have it keep it.
    case retired
    /// Every organization that has it has been given what was defined up to this position of the control log.
    case rolledOut(upTo: Int64)

    package static let category = "plan"
    package static let prefix = "plan"
    package static let types: [EventType] = [
        EventType("control.plan_defined"), EventType("control.plan_retired"), EventType("control.plan_rolled_out"),
    ]

    package var type: EventType {
        switch self {
        case .defined: Self.types[0]
        case .retired: Self.types[1]
        case .rolledOut: Self.types[2]
        }
    }
}

extension PlanID {
    /// The one stream of a plan.
    package init(slug: String) { self.init(.derived("daybook.plan", Array(slug.utf8))) }
}

/// What a plan may be called: 1 to 63 lower-case letters, digits and hyphens, the first and the last no hyphen.
package enum PlanName {
    package static let pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"

    package static func isValid(_ slug: String) -> Bool {
        let hyphen = UInt8(ascii: "-")
        let bytes = Array(slug.utf8)
        guard (1...63).contains(bytes.count), bytes.first != hyphen, bytes.last != hyphen else { return false }
        return bytes.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
        }
    }
}

/// How much of one meter a plan allows.
package struct PlanLimit: Codable, Sendable, Equatable {
    package var meter: Meter
    package var limit: MeterLimit

    package init(_ meter: Meter, _ limit: MeterLimit) {
        self.meter = meter
        self.limit = limit
    }
}

/// How much of a meter an organization may use, and by what.
package struct Entitlement: Codable, Sendable, Equatable {
    package var meter: Meter
    package var limit: MeterLimit
    /// `override`, `plan` or `default`.
    package var source: LimitSource

    package init(_ meter: Meter, _ limit: MeterLimit, by source: LimitSource) {
        self.meter = meter
        self.limit = limit
        self.source = source
    }
}
