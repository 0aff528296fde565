package import Events

/// Lets a service sign with one more key. Several are good at a time, so that one can be replaced without a gap.
package struct AddServiceKey: Command {
    package static let name = "add_service_key"
    package let service: String
    package let key: CredentialID
    /// A JWK of the public part; whoever calls has seen to it that it is one.
    package let jwk: String
    /// Nil for one that lasts until it is revoked.
    package let expiresAt: Timestamp?

    package init(to service: String, key: CredentialID = CredentialID(), jwk: String, expiresAt: Timestamp?) {
        self.service = service
        self.key = key
        self.jwk = jwk
        self.expiresAt = expiresAt
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<RegisteredService> {
        try await loader.load(RegisteredService.self, ServiceID(named: service))
    }

    package func decide(_ state: Loaded<RegisteredService>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard !state.state.scopes.isEmpty else { throw .serviceUnknown }
        guard expiresAt.map({ $0 > caller.now }) ?? true else { throw .serviceKeyExpired }
        guard !state.state.keys.contains(where: { $0.jwk == jwk }) else { throw .serviceKeyKnown }
        guard state.state.liveKeys(at: caller.now).count < RegisteredService.keyLimit else { throw .tooManyServiceKeys }
        var decision = Decision<Done>()
        decision.append(.keyAdded(key: key, jwk: jwk, expiresAt: expiresAt), to: state.id)
        return decision
    }
}

/// Ends a key of a service. One that is revoked stays so.
package struct RevokeServiceKey: Command {
    package static let name = "revoke_service_key"
    package let service: String
    package let key: CredentialID

    package init(of service: String, key: CredentialID) {
        self.service = service
        self.key = key
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<RegisteredService> {
        try await loader.load(RegisteredService.self, ServiceID(named: service))
    }

    package func decide(_ state: Loaded<RegisteredService>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.state.keys.contains(where: { $0.id == key }) else { throw .serviceKeyUnknown }
        var decision = Decision<Done>()
        decision.append(.keyRevoked(key: key), to: state.id)
        return decision
    }
}

extension Refusal {
    fileprivate static let serviceUnknown = Refusal(.notFound, "service.not_found", "There is no such service.")
    fileprivate static let serviceKeyUnknown = Refusal(.notFound, "service.key_not_found", "There is no such key.")
    fileprivate static let serviceKeyExpired = Refusal(
        .invalid,
        "service.key_expired",
        "A key has to be good for some time."
    )
    fileprivate static let serviceKeyKnown = Refusal(
        .conflict,
        "service.key_exists",
        "The service has this key already."
    )
    fileprivate static let tooManyServiceKeys = Refusal(
        .limit,
        "service.too_many_keys",
        "A service has at most \(RegisteredService.keyLimit) keys at a time; revoke one."
    )
}
