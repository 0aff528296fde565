internal import Hummingbird

extension DevIdP {
    /// `/.well-known/openid-configuration` (OpenID Connect Discovery 4, RFC 8414).
    func metadata() -> Response {
        var response = Response.json(Metadata(issuer: issuer.text, algorithm: configuration.algorithm))
        response.headers[.cacheControl] = "public, max-age=60"
        return response
    }
}

private struct Metadata: Encodable {
    private enum CodingKeys: String, CodingKey {
        case issuer
        case authorization = "authorization_endpoint"
        case token = "token_endpoint"
        case userInfo = "userinfo_endpoint"
        case keys = "jwks_uri"
        case revocation = "revocation_endpoint"
        case endSession = "end_session_endpoint"
        case scopes = "scopes_supported"
        case claims = "claims_supported"
        case responseTypes = "response_types_supported"
        case responseModes = "response_modes_supported"
        case grantTypes = "grant_types_supported"
        case prompts = "prompt_values_supported"
        case subjectTypes = "subject_types_supported"
        case algorithms = "id_token_signing_alg_values_supported"
        case tokenAuthentication = "token_endpoint_auth_methods_supported"
        case revocationAuthentication = "revocation_endpoint_auth_methods_supported"
        case challengeMethods = "code_challenge_methods_supported"
        case tellsIssuer = "authorization_response_iss_parameter_supported"
        case takesClaims = "claims_parameter_supported"
        case takesRequest = "request_parameter_supported"
        case takesRequestURI = "request_uri_parameter_supported"
        case backChannelLogout = "backchannel_logout_supported"
        case backChannelSession = "backchannel_logout_session_supported"
    }

    let issuer: String
    let authorization: String
    let token: String
    let userInfo: String
    let keys: String
    let revocation: String
    let endSession: String
    let scopes = Scope.allCases.map(\.rawValue)
    let claims = [
        "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "email", "email_verified", "name",
        "preferred_username",
    ]
    let responseTypes = ["code"]
    let responseModes = ["query"]
    let grantTypes = ["authorization_code", "refresh_token"]
    let prompts = Prompt.allCases.map(\.rawValue)
    let subjectTypes = ["public"]
    let algorithms: [String]
    let tokenAuthentication = ["client_secret_basic", "client_secret_post", "none"]
    let revocationAuthentication = ["client_secret_basic", "client_secret_post", "none"]
    let challengeMethods = ["S256"]
    let tellsIssuer = true
    let takesClaims = false
    let takesRequest = false
    let takesRequestURI = false
    let backChannelLogout = true
    let backChannelSession = true

    init(issuer: String, algorithm: DevIdP.SigningAlgorithm) {
        self.issuer = issuer
        authorization = issuer + "/authorize"
        token = issuer + "/token"
        userInfo = issuer + "/userinfo"
        keys = issuer + "/jwks.json"
        revocation = issuer + "/revoke"
        endSession = issuer + "/logout"
        algorithms = [algorithm.rawValue]
    }
}
