/// What the provider should do with the user before it answers.
package enum LoginPrompt: String, Sendable, Codable {
    /// Ask nothing; answer with an error instead.
    case none
    case login
    case consent
    case selectAccount = "select_account"
}

extension Provider {
    /// A new attempt to log in.
    ///
    /// - Parameter maxAgeSeconds: the provider asks for a password again if its session is older.
    package func login(maxAgeSeconds: Int? = nil) -> Login {
        Login(issuer: configuration.issuer, maxAgeSeconds: maxAgeSeconds.map { max(0, $0) })
    }

    /// Where to send the browser.
    ///
    /// - Parameters:
    ///   - redirectURI: to the letter as registered at the provider, and as given to `redeem`.
    ///   - loginHint: such as an e-mail address that was typed in before.
    package func authorizationURL(
        for login: Login,
        redirectURI: String,
        prompt: LoginPrompt? = nil,
        loginHint: String? = nil
    ) async throws(OIDCError) -> String {
        try require(login)
        let metadata = try await metadata()
        guard metadata.takesS256 || configuration.clientSecret != nil else {
            throw OIDCError(
                .unsupportedProvider,
                "a client without a secret needs PKCE with S256, which is not offered"
            )
        }
        var fields = [
            ("response_type", "code"), ("client_id", configuration.clientID), ("redirect_uri", redirectURI),
            ("scope", configuration.scopes.joined(separator: " ")), ("state", login.state), ("nonce", login.nonce),
            ("code_challenge", login.challenge), ("code_challenge_method", "S256"),
        ]
        if let prompt { fields.append(("prompt", prompt.rawValue)) }
        if let loginHint { fields.append(("login_hint", loginHint)) }
        if let maxAge = login.maxAgeSeconds { fields.append(("max_age", "\(maxAge)")) }
        return FormEncoding.url(metadata.authorizationEndpoint, adding: fields)
    }

    func require(_ login: Login) throws(OIDCError) {
        guard login.issuer.isIdentical(to: configuration.issuer) else {
            throw OIDCError(.foreignLogin, "the login was begun at another provider")
        }
    }
}
