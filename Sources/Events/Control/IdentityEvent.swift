package import EventStore
package import Foundation

package typealias IdentityID = StreamID<IdentityEvent>

/// The linking of what an issuer knows somebody by to an account. Its stream is named after issuer and subject, so that an
/// identity belongs to one account.
package enum IdentityEvent: Event {
    case linked(account: AccountID)
    /// It is the account's no more, and every session that was opened by it is over.
    case unlinked(account: AccountID)
    /// The provider has said that a session of its own has ended, or all of the person's where it names none, and so have ours
    /// that came from it. `token` is what it said it by, good once until `replayableUntil`; `at` is the provider's time.
    case loggedOut(token: UUID, session: UUID?, at: Timestamp, replayableUntil: Timestamp)

    package static let category = "identity"
    package static let prefix = "identity"
    package static let types: [EventType] = [
        EventType("control.identity_linked"), EventType("control.identity_unlinked"),
        EventType("control.identity_logged_out"),
    ]

    package var type: EventType {
        switch self {
        case .linked: Self.types[0]
        case .unlinked: Self.types[1]
        case .loggedOut: Self.types[2]
        }
    }
}

extension IdentityEvent {
    /// What a provider's session goes by here: nothing can be learned from it of what the provider calls it.
    package static func session(_ id: String, at issuer: String) -> UUID {
        .derived("daybook.provider-session", Array(issuer.utf8), Array(id.utf8))
    }

    /// The same of a logout token's `jti`.
    package static func logoutToken(_ id: String, of issuer: String) -> UUID {
        .derived("daybook.logout-token", Array(issuer.utf8), Array(id.utf8))
    }
}
