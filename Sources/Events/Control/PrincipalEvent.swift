package import EventStore
package import Foundation

package typealias PrincipalID = StreamID<PrincipalEvent>

/// What can happen to the access of one user to one tenant, however many sessions they have.
package enum PrincipalEvent: Event {
    /// What an agent shows to log in.
    package enum Proof: Codable, Sendable, Hashable {
        /// It signs with the private part of this one, a JWK (RFC 7517) of Ed25519 or P-256.
        case key(jwk: String)
        /// It knows 256 random bits, of which this is the SHA-256.
        case secret(hash: Data)
    }

    /// Every session that was opened before is over.
    case sessionsEnded(tenant: TenantID, user: UserID)
    /// The user was forgotten: every session and every credential is over, and what they were called is erased with the key.
    case forgotten(tenant: TenantID, user: UserID, key: SubjectKey)
    /// The user, an agent, can log in by it, until `expiresAt` if there is one, for these scopes or, if they are nil, for all.
    case credentialIssued(
        tenant: TenantID,
        user: UserID,
        credential: CredentialID,
        proof: Proof,
        label: Personal,
        expiresAt: Timestamp?,
        scopes: [TokenScope]?
    )
    /// It is good no more, nor is any session that was opened by it.
    case credentialRevoked(credential: CredentialID)

    package static let category = "principal"
    package static let prefix = "principal"
    package static let types: [EventType] = [
        EventType("control.principal_sessions_ended"), EventType("control.principal_forgotten"),
        EventType("control.credential_issued"), EventType("control.credential_revoked"),
    ]

    package var type: EventType {
        switch self {
        case .sessionsEnded: Self.types[0]
        case .forgotten: Self.types[1]
        case .credentialIssued: Self.types[2]
        case .credentialRevoked: Self.types[3]
        }
    }

    package var subjects: [UserID] {
        switch self {
        case .sessionsEnded, .credentialRevoked: []
        case .forgotten(_, _, let key): [key.subject]
        case .credentialIssued(_, _, _, _, let label, _, _): [label.subject]
        }
    }
}

extension PrincipalID {
    /// The one stream of a user of a tenant.
    package init(_ user: UserID, of tenant: TenantID) {
        self.init(.derived("daybook.principal", tenant.uuid.bytes, user.uuid.bytes))
    }
}
