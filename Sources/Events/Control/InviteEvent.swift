package import EventStore

package typealias InviteID = StreamID<InviteEvent>

/// What can happen to an invitation into a tenant, which goes to an e-mail address.
package enum InviteEvent: Event {
    /// `by` is nil for those of the founding. The token that the mail carries is made from the invitation's identifier under the
    /// installation's key, so that it lies nowhere.
    case invited(tenant: TenantID, email: Personal, role: Role, by: UserID?, expiresAt: Timestamp)
    case accepted(account: AccountID, user: UserID)
    case revoked(by: UserID?)
    /// The mail was handed to the server that delivers it.
    case mailed
    /// Its mail will never be taken; `code` says why, without the address.
    case mailRefused(code: String)

    package static let category = "invite"
    package static let prefix = "invite"
    package static let types: [EventType] = [
        EventType("control.invite_made"), EventType("control.invite_accepted"), EventType("control.invite_revoked"),
        EventType("control.invite_mailed"), EventType("control.invite_mail_refused"),
    ]

    package var type: EventType {
        switch self {
        case .invited: Self.types[0]
        case .accepted: Self.types[1]
        case .revoked: Self.types[2]
        case .mailed: Self.types[3]
        case .mailRefused: Self.types[4]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .invited(_, let email, _, _, _): [email.subject]
        case .accepted, .revoked, .mailed, .mailRefused: []
        }
    }
}

extension InviteID {
    /// As whom the address is sealed: nobody knows yet which account is behind it.
    package var person: UserID { UserID(uuid) }
}
