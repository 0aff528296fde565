package import EventStore

package typealias UserID = StreamID<UserEvent>

/// What a user may do in the tenant.
package enum Role: String, Codable, Sendable, CaseIterable {
    case owner, admin, member, guest
    /// Reads the audit surfaces and nothing else.
    case auditor
}

/// What can happen to a user of a tenant.
package enum UserEvent: Event {
    package enum Kind: String, Codable, Sendable { case person, agent }

    /// Why a person is forgotten. No free text: it stays in the log for good, and would be about the person.
    package enum ForgetReason: String, Codable, Sendable, CaseIterable {
        case personAsked = "person_asked"
        case organizationDecided = "organization_decided"
        case lawDemanded = "law_demanded"
    }

    case joined(handle: Personal, name: Personal, kind: Kind, role: Role, source: Source?)
    case profileChanged(name: Personal)
    case roleChanged(role: Role)
    case deactivated
    case reactivated
    /// The last event of the stream: nothing can happen to the user after it. `by` is nil for an operator.
    case forgotten(by: UserID?, reason: ForgetReason, key: SubjectKey)

    package static let category = "user"
    package static let prefix = "user"
    package static let types: [EventType] = [
        EventType("identity.user_joined"), EventType("identity.user_profile_changed"),
        EventType("identity.user_role_changed"),
        EventType("identity.user_deactivated"), EventType("identity.user_reactivated"),
        EventType("identity.user_forgotten"),
    ]

    package var type: EventType {
        switch self {
        case .joined: Self.types[0]
        case .profileChanged: Self.types[1]
        case .roleChanged: Self.types[2]
        case .deactivated: Self.types[3]
        case .reactivated: Self.types[4]
        case .forgotten: Self.types[5]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .joined(let handle, _, _, _, _): [handle.subject]
        case .profileChanged(let name): [name.subject]
        case .forgotten(_, _, let key): [key.subject]
        case .roleChanged, .deactivated, .reactivated: []
        }
    }
}
