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

    case joined(handle: Personal, name: Personal, kind: Kind, role: Role, source: Source?)
    case profileChanged(name: Personal)
    case roleChanged(role: Role)
    case deactivated
    case reactivated

    package static let category = "user"
    package static let prefix = "user"
    package static let types: [EventType] = [
        EventType("identity.user_joined"), EventType("identity.user_profile_changed"),
        EventType("identity.user_role_changed"),
        EventType("identity.user_deactivated"), EventType("identity.user_reactivated"),
    ]

    package var type: EventType {
        switch self {
        case .joined: Self.types[0]
        case .profileChanged: Self.types[1]
        case .roleChanged: Self.types[2]
        case .deactivated: Self.types[3]
        case .reactivated: Self.types[4]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .joined(let handle, _, _, _, _): [handle.subject]
        case .profileChanged(let name): [name.subject]
        case .roleChanged, .deactivated, .reactivated: []
        }
    }
}
