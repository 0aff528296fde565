internal import Foundation

extension Provider {
    /// Turns the code of an authorization response into an identity. The caller has compared `state` with the login's.
    ///
    /// - Parameter responseIssuer: the response's `iss` (RFC 9207), if it has one.
    package func redeem(
        code: String,
        login: Login,
        redirectURI: String,
        responseIssuer: String?
    ) async throws(OIDCError) -> VerifiedIdentity {
        try require(login)
        let metadata = try await metadata()
        if let responseIssuer {
            guard responseIssuer.isIdentical(to: configuration.issuer) else {
                throw OIDCError(.responseIssuerMismatch, "the answer is from another provider")
            }
        } else if metadata.namesIssuerInResponses {
            throw OIDCError(.responseIssuerMissing, "the answer does not say which provider it is from")
        }

        let tokens = try await tokens(for: code, login, redirectURI, metadata)
        let token = try SignedToken(tokens.idToken, types: IDToken.types)
        try await keys.verify(token, accepting: configuration.algorithms)
        let idToken = try IDToken(
            token,
            configuration: configuration,
            login: login,
            accessToken: tokens.accessToken,
            now: clocks.seconds()
        )
        var profile = Profile(token.claims, trustsEmail: configuration.trustsEmail)
        if profile.email == nil, configuration.scopes.contains("email"), let endpoint = metadata.userInfoEndpoint {
            profile = profile.completed(by: try await userInfo(endpoint, tokens.accessToken, of: idToken.subject))
        }
        return VerifiedIdentity(
            issuer: configuration.issuer,
            subject: idToken.subject,
            email: profile.email,
            emailIsVerified: profile.emailIsVerified,
            name: profile.name,
            preferredUsername: profile.preferredUsername,
            picture: profile.picture,
            authenticatedAt: idToken.authenticatedSeconds.map { Date(timeIntervalSince1970: $0) },
            sessionID: idToken.sessionID,
            authenticationContext: token.claims.description("acr", limit: 256),
            authenticationMethods: token.claims.members["amr"]?.strings ?? [],
            idToken: tokens.idToken
        )
    }

    private func tokens(
        for code: String,
        _ login: Login,
        _ redirectURI: String,
        _ metadata: DiscoveryDocument
    ) async throws(OIDCError) -> TokenResponse {
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
            ("code_verifier", login.verifier),
        ]
        var authorization: String?
        if let secret = configuration.clientSecret {
            switch metadata.clientAuthentication {
            case .basic:
                // RFC 6749 §2.3.1: both are form-encoded before they are joined.
                let pair = "\(FormEncoding.encode(configuration.clientID)):\(FormEncoding.encode(secret))"
                authorization = "Basic \(Data(pair.utf8).base64EncodedString())"
            case .post: form += [("client_id", configuration.clientID), ("client_secret", secret)]
            case nil:
                throw OIDCError(.unsupportedProvider, "the provider takes no client secret in a way that is known here")
            }
        } else {
            form.append(("client_id", configuration.clientID))
        }
        let what = "the token endpoint of \(configuration.issuer)"
        let answer = try await client.post(metadata.tokenEndpoint, form: form, authorization: authorization, what)
        let secrets = [code, login.verifier, login.nonce, login.state, configuration.clientSecret].compactMap(\.self)
        return try TokenResponse(answer, what, secrets: secrets)
    }

    /// - Parameter subject: of the ID token. Another one means that the tokens were swapped (OpenID Connect Core §5.3.2).
    private func userInfo(
        _ endpoint: String,
        _ accessToken: String,
        of subject: String
    ) async throws(OIDCError) -> Profile {
        let what = "the userinfo endpoint of \(configuration.issuer)"
        let body = try await client.get(endpoint, bearer: accessToken, what).success(what)
        let claims: TokenClaims
        do {
            claims = TokenClaims(try JSONParser.object(body))
        } catch {
            throw OIDCError(.badAnswer, "\(what) gave no JSON: \(error.reason)")
        }
        guard let found = claims.members["sub"]?.string, found.isIdentical(to: subject) else {
            throw OIDCError(.subjectMismatch, "\(what) describes somebody else")
        }
        return Profile(claims, trustsEmail: configuration.trustsEmail)
    }
}
