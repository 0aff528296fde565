extension Provider {
    /// Where to send the browser so that the user is logged out at the provider too (RP-Initiated Logout 1.0); nil if that
    /// cannot be done there.
    ///
    /// - Parameters:
    ///   - idTokenHint: the identity's ID token.
    ///   - postLogoutRedirectURI: to the letter as registered at the provider.
    ///   - state: comes back with the browser.
    package func logoutURL(
        idTokenHint: String?,
        postLogoutRedirectURI: String? = nil,
        state: String? = nil
    ) async throws(OIDCError) -> String? {
        guard let endpoint = try await metadata().endSessionEndpoint else { return nil }
        var fields = [("client_id", configuration.clientID)]
        if let idTokenHint { fields.append(("id_token_hint", idTokenHint)) }
        if let postLogoutRedirectURI { fields.append(("post_logout_redirect_uri", postLogoutRedirectURI)) }
        if let state { fields.append(("state", state)) }
        return FormEncoding.url(endpoint, adding: fields)
    }

    /// Verifies what a provider posts when a session of its own has ended (Back-Channel Logout 1.0 §2.6). The caller
    /// refuses a `tokenID` that it has seen, until `replayableUntil`.
    package func verifyLogoutToken(_ text: String) async throws(OIDCError) -> LogoutToken {
        let token = try SignedToken(text, types: LogoutToken.types)
        try await keys.verify(token, accepting: configuration.algorithms)
        return try LogoutToken(token.claims, configuration: configuration, now: clocks.seconds())
    }
}
