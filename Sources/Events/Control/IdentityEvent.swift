package import EventStore

package typealias IdentityID = StreamID<IdentityEvent>

/// The linking of what an issuer knows somebody by to an account. Its stream is named after issuer and subject, so that an
/// identity belongs to one account.
package enum IdentityEvent: Event {
    case linked(account: AccountID)

    package static let category = "identity"
    package static let prefix = "identity"
    package static let types: [EventType] = [EventType("control.identity_linked")]

    package var type: EventType { Self.types[0] }
}
