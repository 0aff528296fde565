internal import Foundation
internal import Hummingbird
internal import Pages

extension DevIdP {
    /// `POST /token`: tokens for a code, or for a refresh token.
    func token(_ request: Request) async throws -> Response {
        let form = try await request.form()
        try form.refuseRepeated()
        let client = try authenticate(request, form)
        let tokens: IssuedTokens
        switch try form.required("grant_type") {
        case "authorization_code": tokens = try redeem(form, client)
        case "refresh_token": tokens = try refresh(form, client)
        default:
            throw OAuthError(
                .unsupportedGrantType,
                "this provider knows the grant types authorization_code and refresh_token"
            )
        }
        return try await answer(tokens)
    }

    private func redeem(_ form: Parameters, _ client: Client) throws(OAuthError) -> IssuedTokens {
        let (code, uri) = (try form.required("code"), try form.required("redirect_uri"))
        let verifier = try form.required("code_verifier")
        guard (43...128).contains(verifier.utf8.count), FormEncoding.encode(verifier) == verifier else {
            throw .invalidRequest("the code_verifier must have 43 to 128 letters, digits and characters of -._~")
        }
        let now = now()
        return try grants.withLedger { ledger throws(OAuthError) in
            try ledger.redeem(code, client: client.id, redirectURI: uri, verifier: verifier, at: now)
        }
    }

    private func refresh(_ form: Parameters, _ client: Client) throws(OAuthError) -> IssuedTokens {
        let token = try form.required("refresh_token")
        let scopes = form["scope"].map { Scope.known(in: $0) }
        if let scopes, !scopes.contains(.openID) {
            throw OAuthError(.invalidScope, "the scope must have openid in it")
        }
        let now = now()
        return try grants.withLedger { ledger throws(OAuthError) in
            try ledger.refresh(token, client: client.id, scopes: scopes, at: now)
        }
    }

    private func answer(_ tokens: IssuedTokens) async throws -> Response {
        struct Answer: Encodable {
            private enum CodingKeys: String, CodingKey {
                case scope
                case accessToken = "access_token"
                case tokenType = "token_type"
                case expiresIn = "expires_in"
                case refreshToken = "refresh_token"
                case idToken = "id_token"
            }

            let accessToken: String
            let tokenType = "Bearer"
            let expiresIn: Int
            let refreshToken: String
            let idToken: String
            let scope: String
        }
        guard let person = await people.find(subject: tokens.grant.subject) else {
            throw OAuthError.invalidGrant("the person is not there any more")
        }
        let idToken = IDToken(tokens, of: person, by: issuer, lifetime: lifetimes.idToken, at: now())
        return .json(
            Answer(
                accessToken: tokens.access,
                expiresIn: Int(lifetimes.accessToken.components.seconds),
                refreshToken: tokens.refresh,
                idToken: try await keys.sign(idToken),
                scope: Scope.list(tokens.scopes)
            )
        )
    }
}
