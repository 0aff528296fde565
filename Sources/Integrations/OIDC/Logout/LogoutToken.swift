package import Foundation

/// A provider's word that a user, or one session of theirs, has ended there. At least one of the two is named.
package struct LogoutToken: Sendable, Hashable {
    static let types: Set = ["jwt", "logout+jwt"]
    private static let event = "http://schemas.openid.net/event/backchannel-logout"

    package let subject: String?
    package let sessionID: String?
    /// `jti`.
    package let tokenID: String
    package let issuedAt: Date
    /// Until then it is good, with the clocks' skew.
    package let replayableUntil: Date

    /// - Parameter claims: of a token whose signature has been verified.
    init(_ claims: TokenClaims, configuration: ProviderConfiguration, now: Double) throws(OIDCError) {
        try claims.requireIssuer(configuration.issuer)
        try IDToken.requireAudience(claims, configuration)
        let skew = configuration.clockSkewSeconds
        let (issued, end) = try claims.requireTimes(now: now, skew: skew)
        guard claims.members["events"]?.object?[Self.event]?.object != nil else {
            throw OIDCError(.invalidClaim, "the token is no logout token: it has no such event")
        }
        // With one it could be taken for an ID token.
        guard claims.members["nonce"] == nil else {
            throw OIDCError(.invalidClaim, "the token is no logout token: it has a nonce")
        }
        subject = try claims.subject()
        sessionID = try claims.members["sid"] == nil ? nil : claims.requiredText("sid", limit: 512)
        guard subject != nil || sessionID != nil else {
            throw OIDCError(.invalidClaim, "the logout token names neither a user nor a session")
        }
        tokenID = try claims.requiredText("jti", limit: 256)
        issuedAt = Date(timeIntervalSince1970: issued)
        replayableUntil = Date(timeIntervalSince1970: end + Double(skew))
    }
}
