package import Foundation

/// Verifies what an agent signs to be given a token (RFC 7523 §2.2, with RFC 8725's advice): a short-lived JWT about itself,
/// for us alone. Pure: keys and time come from the caller.
package struct AssertionVerifier: Sendable {
    /// What `typ` may be where an agent logs in; it may be absent there.
    private static let loginTypes: Set = ["jwt", "client-authentication+jwt"]
    private static let tokenIDLimit = 128
    private static let ownerLimit = 255

    private let audiences: Set<String>
    /// What `typ` has to be; nil for what agents log in by.
    private let type: String?
    private let maximumLifetimeSeconds: Int
    private let clockSkewSeconds: Int

    /// - Parameters:
    ///   - audiences: the names that we answer to, such as the URL of our token endpoint.
    ///   - type: what `typ` has to be, in lower case, so that what was signed for one purpose is good for no other (RFC 8725
    ///     §3.11); nil for what agents log in by.
    package init(
        audiences: Set<String>,
        type: String? = nil,
        maximumLifetimeSeconds: Int = 300,
        clockSkewSeconds: Int = 30
    ) {
        precondition(!audiences.isEmpty, "an assertion is for somebody")
        precondition(maximumLifetimeSeconds > 0 && (0...120).contains(clockSkewSeconds), "bounds that are bounds")
        self.audiences = audiences
        self.type = type
        self.maximumLifetimeSeconds = maximumLifetimeSeconds
        self.clockSkewSeconds = clockSkewSeconds
    }

    /// Whom an assertion claims to be from, to find the keys by. Nothing about it is verified.
    package func claimedOwner(of text: String) throws(OIDCError) -> String {
        try read(text).claims.requiredText("sub", limit: Self.ownerLimit)
    }

    /// - Parameters:
    ///   - keys: the owner's, as they are registered now.
    ///   - owner: has to be both `iss` and `sub`.
    /// - Returns: what the caller needs to refuse the same assertion a second time.
    package func verify(
        _ text: String,
        keys: [PublicKeyJWK],
        owner: String,
        now: Date
    ) throws(OIDCError) -> VerifiedAssertion {
        let token = try read(text)
        let key = try key(of: token, among: keys)
        let claims = token.claims
        try claims.requireIssuer(owner)
        guard try claims.requiredText("sub", limit: Self.ownerLimit).isIdentical(to: owner) else {
            throw OIDCError(.invalidSubject, "the assertion is not about whom it is from")
        }
        // One that somebody else takes too could be sent on to us by them.
        for audience in try claims.audiences() {
            guard audiences.contains(where: { $0.isIdentical(to: audience) }) else {
                throw OIDCError(.audienceMismatch, "the assertion is for somebody else, or for others too")
            }
        }
        let seconds = now.timeIntervalSince1970
        let (issued, end) = try claims.requireTimes(now: seconds, skew: clockSkewSeconds)
        guard end > issued else { throw OIDCError(.invalidClaim, "the assertion ends before it begins") }
        guard end - issued <= Double(maximumLifetimeSeconds) else {
            throw OIDCError(.lifetimeTooLong, "the assertion is good for more than \(maximumLifetimeSeconds) s")
        }
        return VerifiedAssertion(
            owner: owner,
            tokenID: try claims.requiredText("jti", limit: Self.tokenIDLimit),
            issuedAt: Date(timeIntervalSince1970: issued),
            expiresAt: Date(timeIntervalSince1970: end),
            replayableUntil: Date(timeIntervalSince1970: end + Double(clockSkewSeconds)),
            keyThumbprint: key.thumbprint
        )
    }

    private func read(_ text: String) throws(OIDCError) -> SignedToken {
        let token = try SignedToken(text, types: type.map { [$0] } ?? Self.loginTypes)
        guard type == nil || token.isTyped else {
            throw OIDCError(.unacceptableType, "the token does not say what it is for")
        }
        return token
    }

    /// The key that signed it: the one it names, by `kid` or by thumbprint, or one of all that its algorithm fits.
    private func key(of token: SignedToken, among keys: [PublicKeyJWK]) throws(OIDCError) -> PublicKeyJWK {
        guard token.algorithm == "EdDSA" || token.algorithm == "ES256" else {
            throw OIDCError(.unacceptableAlgorithm, "the assertion is signed with neither EdDSA nor ES256")
        }
        var candidates = keys
        if let id = token.keyID {
            candidates = keys.filter { $0.keyID?.isIdentical(to: id) == true || $0.thumbprint == id }
        }
        guard !candidates.isEmpty else { throw OIDCError(.unknownKey, "the assertion's key is not registered") }
        candidates = candidates.filter { $0.curve.algorithm.rawValue == token.algorithm }
        guard !candidates.isEmpty else {
            throw OIDCError(.unacceptableAlgorithm, "the assertion's key is not made for its algorithm")
        }
        guard let key = candidates.first(where: { $0.verifies(token.signature, of: token.signed) }) else {
            throw OIDCError(.invalidSignature, "the assertion's signature is wrong")
        }
        return key
    }
}

/// An agent's word for who it is. Good once: the caller keeps `tokenID` with the owner until `replayableUntil`.
package struct VerifiedAssertion: Sendable, Hashable {
    package let owner: String
    /// `jti`.
    package let tokenID: String
    package let issuedAt: Date
    package let expiresAt: Date
    /// `expiresAt` and the clocks' skew.
    package let replayableUntil: Date
    package let keyThumbprint: String
}
