/// Verifies session tokens of one Clerk instance. They live for a minute and cannot be revoked: whoever keeps a connection
/// open asks again what the user may do.
package final class ClerkVerifier: Sendable {
    /// Clerk's tokens are so short-lived that no more can be given.
    private static let clockSkewSeconds = 5

    private let issuer: String
    private let allowedOrigins: Set<String>
    private let clocks: Clocks
    private let keys: KeyRing

    /// - Parameters:
    ///   - issuer: the instance's Frontend API URL, to the letter.
    ///   - allowedOrigins: such as `https://app.example.com`; a token that names another in `azp` is refused.
    package init(
        issuer: String,
        allowedOrigins: Set<String>,
        client: ProviderClient,
        clocks: Clocks = .system
    ) throws(OIDCError) {
        guard !allowedOrigins.isEmpty else {
            throw OIDCError(.invalidConfiguration, "no origin is allowed, so no token of Clerk would do")
        }
        let url = try SecureURL.issuer(issuer).text
        let keysURL = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/.well-known/jwks.json"
        self.issuer = url
        self.allowedOrigins = allowedOrigins
        self.clocks = clocks
        keys = KeyRing(clocks: clocks) { () async throws(OIDCError) in
            let what = "the keys of \(url)"
            return try await KeySet(try await client.get(keysURL, what).success(what))
        }
    }

    package func verify(_ text: String) async throws(OIDCError) -> ClerkSession {
        let token = try SignedToken(text, types: IDToken.types)
        try await keys.verify(token, accepting: [.rs256])
        let claims = token.claims
        try claims.requireIssuer(issuer)
        let end = try claims.requireTimes(now: clocks.seconds(), skew: Self.clockSkewSeconds).end
        if let party = try claims.text("azp") {
            guard allowedOrigins.contains(where: { $0.isIdentical(to: party) }) else {
                throw OIDCError(.authorizedPartyMismatch, "the token was made for another origin")
            }
        }
        return try ClerkSession(claims, end: end)
    }
}
