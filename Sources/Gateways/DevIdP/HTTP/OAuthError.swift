internal import HTTPTypes
internal import Hummingbird

/// What goes wrong in the words of OAuth: RFC 6749 4.1.2.1 and 5.2, RFC 6750 3.1, OpenID Connect Core 3.1.2.6.
struct OAuthError: Error {
    enum Code: String {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case invalidScope = "invalid_scope"
        case invalidToken = "invalid_token"
        case unsupportedGrantType = "unsupported_grant_type"
        case unsupportedResponseType = "unsupported_response_type"
        case requestNotSupported = "request_not_supported"
        case requestURINotSupported = "request_uri_not_supported"
        case accessDenied = "access_denied"
        case loginRequired = "login_required"
    }

    let code: Code
    /// For who writes the relying party: ASCII without quotes.
    let description: String
    let status: HTTPResponse.Status
    /// How to authenticate, where that is what is missing.
    let challenge: String?

    init(
        _ code: Code,
        _ description: String,
        status: HTTPResponse.Status = .badRequest,
        challenge: String? = nil
    ) {
        self.code = code
        self.description = description
        self.status = status
        self.challenge = challenge
    }

    static func invalidRequest(_ description: String) -> OAuthError { OAuthError(.invalidRequest, description) }
    static func invalidGrant(_ description: String) -> OAuthError { OAuthError(.invalidGrant, description) }

    /// As JSON (RFC 6749 5.2).
    var response: Response {
        var response = Response.json(
            ["error": code.rawValue, "error_description": description],
            status: status
        )
        if let challenge { response.headers[.wwwAuthenticate] = challenge }
        return response
    }
}
