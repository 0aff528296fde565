package import EventStore

package typealias OnboardingID = StreamID<OnboardingEvent>

/// The founding of an organization by a person, from the reservation of its name to its first room.
package enum OnboardingEvent: Event {
    /// What the founder asked for.
    package struct Wishes: Codable, Sendable, Equatable {
        /// The founder's own handle and name in the tenant.
        package var handle: Personal
        package var name: Personal
        /// The first room's name.
        package var room: String
        /// The addresses to invite.
        package var invites: [Personal]

        package init(handle: Personal, name: Personal, room: String, invites: [Personal]) {
            self.handle = handle
            self.name = name
            self.room = room
            self.invites = invites
        }
    }

    /// The name is held until `until`; the organization and the tenant have their identifiers already.
    case started(account: AccountID, org: OrgID, tenant: TenantID, name: String, slug: String, until: Timestamp)
    /// From here on it goes on by itself.
    case completionRequested(wishes: Wishes)
    case finished(user: UserID)
    case lapsed
    case failed(code: String)

    package static let category = "onboarding"
    package static let prefix = "onboarding"
    package static let types: [EventType] = [
        EventType("control.onboarding_started"), EventType("control.onboarding_completion_requested"),
        EventType("control.onboarding_finished"), EventType("control.onboarding_lapsed"),
        EventType("control.onboarding_failed"),
    ]

    package var type: EventType {
        switch self {
        case .started: Self.types[0]
        case .completionRequested: Self.types[1]
        case .finished: Self.types[2]
        case .lapsed: Self.types[3]
        case .failed: Self.types[4]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .completionRequested(let wishes):
            [wishes.handle.subject, wishes.name.subject] + wishes.invites.map(\.subject)
        case .started, .finished, .lapsed, .failed: []
        }
    }
}
