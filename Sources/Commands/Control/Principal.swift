package import Events

/// A user of a tenant as the installation knows them.
package struct Principal: Fold {
    package struct Credential: Sendable, Equatable {
        package let proof: PrincipalEvent.Proof
        /// Nil for one that lasts until it is revoked.
        package let expiresAt: Timestamp?
        /// Nil for whatever the user may do.
        package let scopes: [TokenScope]?
    }

    /// As many as a change of keys needs, on several machines.
    package static let credentialLimit = 10

    package private(set) var isForgotten = false
    /// Those that are not revoked.
    package private(set) var credentials: [CredentialID: Credential] = [:]

    package init() {}

    package mutating func apply(_ event: PrincipalEvent, at place: Place) {
        switch event {
        case .sessionsEnded: break
        case .forgotten:
            isForgotten = true
            credentials = [:]
        case .credentialIssued(_, _, let credential, let proof, _, let expiresAt, let scopes):
            credentials[credential] = Credential(proof: proof, expiresAt: expiresAt, scopes: scopes)
        case .credentialRevoked(let credential): credentials[credential] = nil
        }
    }

    /// Whether it is good now.
    func accepts(_ credential: CredentialID, at now: Timestamp) -> Bool {
        credentials[credential].map { $0.expiresAt.map { $0 > now } ?? true } ?? false
    }
}
