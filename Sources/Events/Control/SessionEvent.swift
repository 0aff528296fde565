package import EventStore
package import Foundation

package typealias SessionID = StreamID<SessionEvent>

/// What can happen to a session: the standing of whoever bears its token, until it ends. Of a token only the SHA-256 is in the
/// log; it stands for 256 random bits, so nothing can be learned from it.
package enum SessionEvent: Event {
    /// Whose session it is.
    package enum Holder: Codable, Sendable, Hashable {
        /// A person, before they have chosen a tenant.
        case account(account: AccountID)
        /// A user of a tenant; `parent` is the account's session that it was opened from, and ends with it.
        case user(tenant: TenantID, user: UserID, parent: SessionID?)
        /// A user of a tenant that is an agent; the session ends with the credential that it was opened by.
        case agent(tenant: TenantID, user: UserID, credential: CredentialID)
    }

    /// The login at a provider that a person's session was opened by.
    package struct Login: Codable, Sendable, Hashable {
        /// As the installation's configuration calls it.
        package let provider: String
        package let identity: IdentityID
        /// The provider's own session, see `IdentityEvent.session`; nil if it told of none.
        package let session: UUID?
        /// When the person showed the provider who they are; the time of the login, if the provider does not say.
        package let authenticatedAt: Timestamp

        package init(provider: String, identity: IdentityID, session: UUID?, authenticatedAt: Timestamp) {
            self.provider = provider
            self.identity = identity
            self.session = session
            self.authenticatedAt = authenticatedAt
        }
    }

    package enum End: String, Codable, Sendable {
        case loggedOut = "logged_out"
        /// By the holder from another session, or by an operator.
        case revoked
        /// A token was shown again after it had been replaced: somebody else has it.
        case tokenReused = "token_reused"
    }

    /// `label` is what its holder knows it by, such as a browser's name. It ends when it was not used for `idleSeconds`, and at
    /// `expiresAt` in any case. `scopes` is all that it is good for; nil for whatever its holder may do. `login` is nil for what
    /// came from no provider, such as agents' sessions and those that are opened on the machine.
    case opened(
        holder: Holder,
        tokenHash: Data,
        label: Personal,
        idleSeconds: Int,
        expiresAt: Timestamp,
        scopes: [TokenScope]?,
        login: Login? = nil
    )
    /// The token before is good until `previousUntil`, for requests that are on their way.
    case refreshed(tokenHash: Data, previousUntil: Timestamp)
    case closed(reason: End)
    /// The person has shown their provider again who they are.
    case reauthenticated(at: Timestamp)

    package static let category = "session"
    package static let prefix = "session"
    package static let types: [EventType] = [
        EventType("control.session_opened"), EventType("control.session_refreshed"),
        EventType("control.session_closed"), EventType("control.session_reauthenticated"),
    ]

    package var type: EventType {
        switch self {
        case .opened: Self.types[0]
        case .refreshed: Self.types[1]
        case .closed: Self.types[2]
        case .reauthenticated: Self.types[3]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .opened(_, _, let label, _, _, _, _): [label.subject]
        case .refreshed, .closed, .reauthenticated: []
        }
    }
}
