/// How we are known to an OpenID provider, and what we take from it.
package struct ProviderConfiguration: Sendable, Hashable {
    /// Such as `dev` or `google`.
    package var name: String
    /// What a login page writes on the button.
    package var title: String
    /// To the letter what the provider calls itself in `iss`. https, or http for a loopback host.
    package var issuer: String
    package var clientID: String
    /// Nil for a public client, which has PKCE alone.
    package var clientSecret: String?
    package var scopes: [String]
    /// Those that ID tokens may be signed with. There is no way to name HS256 or `none`.
    package var algorithms: Set<SignatureAlgorithm>
    /// How far clocks may be apart, at most 120.
    package var clockSkewSeconds: Int
    /// Audiences that may stand beside us in `aud`. A token for anybody else too is refused.
    package var furtherAudiences: Set<String>
    /// Whether an address counts as verified of which the provider does not say whether it is: the operator vouches that the
    /// provider gives nobody an address that is not theirs.
    package var trustsEmail: Bool
    /// Where the browser goes after a logout at the provider, to the letter as registered there; nil stays there.
    package var postLogoutRedirectURI: String?

    package init(
        name: String,
        title: String,
        issuer: String,
        clientID: String,
        clientSecret: String? = nil,
        scopes: [String] = Self.defaultScopes,
        algorithms: Set<SignatureAlgorithm> = SignatureAlgorithm.usual,
        clockSkewSeconds: Int = 30,
        furtherAudiences: Set<String> = [],
        trustsEmail: Bool = false,
        postLogoutRedirectURI: String? = nil
    ) {
        self.name = name
        self.title = title
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = scopes
        self.algorithms = algorithms
        self.clockSkewSeconds = clockSkewSeconds
        self.furtherAudiences = furtherAudiences
        self.trustsEmail = trustsEmail
        self.postLogoutRedirectURI = postLogoutRedirectURI
    }

    package static let defaultScopes = ["openid", "email", "profile"]

    /// Throws what is wrong with it, if something is.
    package func validate() throws(OIDCError) {
        _ = try SecureURL.issuer(issuer)
        func require(_ holds: Bool, _ rule: String) throws(OIDCError) {
            guard holds else { throw OIDCError(.invalidConfiguration, "provider \(name): \(rule)") }
        }
        try require(!name.isEmpty, "the name is empty")
        try require(!clientID.isEmpty, "the client ID is empty")
        try require(clientSecret != "", "the client secret is empty; leave it out for a public client")
        try require(scopes.contains("openid"), "the scopes lack openid")
        try require(scopes.allSatisfy(Self.isScope), "a scope is empty or has a space, quote or backslash in it")
        try require(!algorithms.isEmpty, "no algorithm is accepted")
        try require((0...120).contains(clockSkewSeconds), "the clock skew is not within 0 to 120 seconds")
    }

    private static func isScope(_ scope: String) -> Bool {
        !scope.isEmpty && scope.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != 0x5C }
    }
}

extension ProviderConfiguration: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, title, issuer, scopes, algorithms
        case clientID = "client_id"
        case clientSecret = "client_secret"
        case clockSkewSeconds = "clock_skew_seconds"
        case furtherAudiences = "further_audiences"
        case trustsEmail = "trusts_email"
        case postLogoutRedirectURI = "post_logout_redirect_uri"
    }

    /// What has a default may be left out.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let name = try values.decode(String.self, forKey: .name)
        self.init(
            name: name,
            title: try values.decodeIfPresent(String.self, forKey: .title) ?? name,
            issuer: try values.decode(String.self, forKey: .issuer),
            clientID: try values.decode(String.self, forKey: .clientID),
            clientSecret: try values.decodeIfPresent(String.self, forKey: .clientSecret),
            scopes: try values.decodeIfPresent([String].self, forKey: .scopes) ?? Self.defaultScopes,
            algorithms: try values.decodeIfPresent(Set<SignatureAlgorithm>.self, forKey: .algorithms)
                ?? SignatureAlgorithm.usual,
            clockSkewSeconds: try values.decodeIfPresent(Int.self, forKey: .clockSkewSeconds) ?? 30,
            furtherAudiences: try values.decodeIfPresent(Set<String>.self, forKey: .furtherAudiences) ?? [],
            trustsEmail: try values.decodeIfPresent(Bool.self, forKey: .trustsEmail) ?? false,
            postLogoutRedirectURI: try values.decodeIfPresent(String.self, forKey: .postLogoutRedirectURI)
        )
    }
}

extension ProviderConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// Without the secret.
    package var description: String { "\(name) (\(issuer), client \(clientID))" }
    package var debugDescription: String { description }
}
