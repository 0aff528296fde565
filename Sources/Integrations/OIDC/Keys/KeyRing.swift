/// The keys of a provider, fetched when they are needed: once an hour, and when a token names one that is not known, though
/// not more often than every ten seconds. A key that has left the provider's set is good for nothing from the next fetch on.
final class KeyRing: Sendable {
    private let document: CachedDocument<KeySet>

    /// - Parameter fetch: reads the provider's JWKS.
    init(clocks: Clocks, fetch: @escaping @Sendable () async throws(OIDCError) -> KeySet) {
        document = CachedDocument(life: .seconds(3600), grace: .seconds(6 * 3600), uptime: clocks.uptime, fetch: fetch)
    }

    /// Throws unless one of the keys has signed the token, with an algorithm that is accepted and that the key is made for.
    func verify(_ token: SignedToken, accepting algorithms: Set<SignatureAlgorithm>) async throws(OIDCError) {
        guard let algorithm = SignatureAlgorithm(rawValue: token.algorithm), algorithms.contains(algorithm) else {
            throw OIDCError(.unacceptableAlgorithm, "the token is signed with an algorithm that is not accepted")
        }
        guard let id = token.keyID else { throw OIDCError(.unnamedKey, "the token does not name its key") }
        let set = try await document.value { $0.contains(id) }
        guard set.contains(id) else { throw OIDCError(.unknownKey, "the token's key is not among the provider's") }
        let keys = set.keys(named: id, fitting: algorithm)
        guard !keys.isEmpty else {
            throw OIDCError(.unacceptableAlgorithm, "the token's key is not made for its algorithm")
        }
        guard keys.contains(where: { $0.verifies(token, algorithm) }) else {
            throw OIDCError(.invalidSignature, "the token's signature is wrong")
        }
    }
}
