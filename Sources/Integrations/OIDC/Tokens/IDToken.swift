/// The rules of an ID token's claims (OpenID Connect Core §3.1.3.7). The signature has been verified before.
struct IDToken {
    static let types: Set = ["jwt"]

    let subject: String
    let authenticatedSeconds: Double?
    let sessionID: String?

    init(
        _ token: SignedToken,
        configuration: ProviderConfiguration,
        login: Login,
        accessToken: String,
        now: Double
    ) throws(OIDCError) {
        let claims = token.claims
        try claims.requireIssuer(configuration.issuer)
        try Self.requireAudience(claims, configuration)
        _ = try claims.requireTimes(now: now, skew: configuration.clockSkewSeconds)
        guard let nonce = try claims.text("nonce"), isSameSecret(nonce, login.nonce) else {
            throw OIDCError(.nonceMismatch, "the token is not the answer to this login")
        }
        try Self.requireAccessToken(accessToken, token)

        subject = try claims.requiredSubject()
        sessionID = try claims.members["sid"] == nil ? nil : claims.requiredText("sid", limit: 512)
        authenticatedSeconds = try claims.seconds("auth_time")
        if let maxAge = login.maxAgeSeconds {
            guard let authenticatedSeconds else {
                throw OIDCError(.authenticationTooOld, "the token does not say when the user was authenticated")
            }
            guard now - authenticatedSeconds <= Double(maxAge + configuration.clockSkewSeconds) else {
                throw OIDCError(.authenticationTooOld, "the user was authenticated longer ago than was asked for")
            }
        }
    }

    /// We are an audience, whoever else is has to be known to us, and if there are several the token was made for us.
    static func requireAudience(_ claims: TokenClaims, _ configuration: ProviderConfiguration) throws(OIDCError) {
        let audiences = try claims.audiences()
        let clientID = configuration.clientID
        guard audiences.contains(where: { $0.isIdentical(to: clientID) }) else {
            throw OIDCError(.audienceMismatch, "the token is for somebody else")
        }
        for audience in audiences where !audience.isIdentical(to: clientID) {
            guard configuration.furtherAudiences.contains(where: { $0.isIdentical(to: audience) }) else {
                throw OIDCError(.audienceMismatch, "the token is also for somebody who is not known here")
            }
        }
        if let party = try claims.text("azp") {
            guard party.isIdentical(to: clientID) else {
                throw OIDCError(.authorizedPartyMismatch, "the token was made for somebody else")
            }
        } else if audiences.count > 1 {
            throw OIDCError(.authorizedPartyMismatch, "the token has several audiences and no azp")
        }
    }

    /// `at_hash` binds the access token that came with it.
    private static func requireAccessToken(_ accessToken: String, _ token: SignedToken) throws(OIDCError) {
        guard let hash = try token.claims.text("at_hash"),
            let digest = SignatureAlgorithm(rawValue: token.algorithm)?.hash(accessToken)
        else { return }
        guard isSameSecret(hash, Base64URL.encode(digest.prefix(digest.count / 2))) else {
            throw OIDCError(.accessTokenMismatch, "the access token is not the one that the ID token was issued with")
        }
    }
}
