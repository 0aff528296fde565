package import EventStore

package typealias NameID = StreamID<NameEvent>

/// The taking of an organization's name. Its stream is named after the name, so that the log's no-stream guard lets one of many
/// who want it win.
package enum NameEvent: Event {
    /// Why a name is free again.
    package enum Release: String, Codable, Sendable {
        /// The onboarding that held it was not completed in time.
        case lapsed
        /// The onboarding that held it could not be ended.
        case failed
        /// The organization that had it is no more.
        case deleted
    }

    case reserved(slug: String, onboarding: OnboardingID, until: Timestamp)
    case confirmed(slug: String, org: OrgID)
    case released(reason: Release)

    package static let category = "orgname"
    package static let prefix = "orgname"
    package static let types: [EventType] = [
        EventType("control.name_reserved"), EventType("control.name_confirmed"), EventType("control.name_released"),
    ]

    package var type: EventType {
        switch self {
        case .reserved: Self.types[0]
        case .confirmed: Self.types[1]
        case .released: Self.types[2]
        }
    }
}
