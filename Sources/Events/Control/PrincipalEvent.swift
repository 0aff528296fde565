package import EventStore

package typealias PrincipalID = StreamID<PrincipalEvent>

/// What can happen to the access of one user to one tenant, however many sessions they have.
package enum PrincipalEvent: Event {
    /// Every session that was opened before is over.
    case sessionsEnded(tenant: TenantID, user: UserID)
    /// The user was forgotten: every session is over, and what they were called is erased with the key.
    case forgotten(tenant: TenantID, user: UserID, key: SubjectKey)

    package static let category = "principal"
    package static let prefix = "principal"
    package static let types: [EventType] = [
        EventType("control.principal_sessions_ended"), EventType("control.principal_forgotten"),
    ]

    package var type: EventType {
        switch self {
        case .sessionsEnded: Self.types[0]
        case .forgotten: Self.types[1]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .sessionsEnded: []
        case .forgotten(_, _, let key): [key.subject]
        }
    }
}

extension PrincipalID {
    /// The one stream of a user of a tenant.
    package init(_ user: UserID, of tenant: TenantID) {
        self.init(.derived("daybook.principal", tenant.uuid.bytes, user.uuid.bytes))
    }
}
