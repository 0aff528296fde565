package import EventStore

package typealias ServiceID = StreamID<ServiceEvent>

/// What can happen to a service: a program of the installation, such as a worker, that uses the internal API. Nobody's account, and no
/// user of any tenant.
package enum ServiceEvent: Event {
    /// It may do this, whatever it might before.
    case granted(name: String, scopes: [ServiceScope])
    /// It signs with the private part of this one, a JWK (RFC 7517) of Ed25519 or P-256, until `expiresAt` if there is one.
    case keyAdded(key: CredentialID, jwk: String, expiresAt: Timestamp?)
    /// What was signed with it is good no more.
    case keyRevoked(key: CredentialID)
    /// It may do nothing any more, and has no key.
    case retired

    package static let category = "service"
    package static let prefix = "service"
    package static let types: [EventType] = [
        EventType("control.service_granted"), EventType("control.service_key_added"),
        EventType("control.service_key_revoked"), EventType("control.service_retired"),
    ]

    package var type: EventType {
        switch self {
        case .granted: Self.types[0]
        case .keyAdded: Self.types[1]
        case .keyRevoked: Self.types[2]
        case .retired: Self.types[3]
        }
    }
}

extension ServiceID {
    /// The one stream of a service.
    package init(named name: String) { self.init(.derived("daybook.service", Array(name.utf8))) }
}
