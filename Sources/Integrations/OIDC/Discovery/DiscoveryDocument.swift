/// What we need of a provider's metadata (OpenID Connect Discovery 1.0 §3).
struct DiscoveryDocument: Sendable {
    /// How the provider wants to be told the client's secret.
    enum ClientAuthentication {
        case basic, post
    }

    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keysEndpoint: String
    let userInfoEndpoint: String?
    let endSessionEndpoint: String?
    /// Nil if it takes neither.
    let clientAuthentication: ClientAuthentication?
    let takesS256: Bool
    /// RFC 9207: it names itself in authorization responses.
    let namesIssuerInResponses: Bool

    static func url(of issuer: String) -> String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }

    init(_ bytes: [UInt8], issuer: SecureURL) throws(OIDCError) {
        let members: [String: JSONValue]
        do {
            members = try JSONParser.object(bytes)
        } catch {
            throw OIDCError(.badAnswer, "the discovery document of \(issuer.text) is refused: \(error.reason)")
        }
        guard let found = members["issuer"]?.string, found.isIdentical(to: issuer.text) else {
            throw OIDCError(.discoveryMismatch, "the discovery document of \(issuer.text) names another issuer")
        }
        func endpoint(_ name: String) throws(OIDCError) -> String? {
            guard let value = members[name], value != .null else { return nil }
            return try issuer.endpoint(value.string ?? "", name)
        }
        func required(_ name: String) throws(OIDCError) -> String {
            guard let url = try endpoint(name) else {
                throw OIDCError(.unsupportedProvider, "the discovery document of \(issuer.text) has no \(name)")
            }
            return url
        }
        authorizationEndpoint = try required("authorization_endpoint")
        tokenEndpoint = try required("token_endpoint")
        keysEndpoint = try required("jwks_uri")
        userInfoEndpoint = try endpoint("userinfo_endpoint")
        endSessionEndpoint = try endpoint("end_session_endpoint")

        let methods = members["token_endpoint_auth_methods_supported"]?.strings ?? ["client_secret_basic"]
        clientAuthentication =
            methods.contains("client_secret_basic") ? .basic : methods.contains("client_secret_post") ? .post : nil
        takesS256 = members["code_challenge_methods_supported"]?.strings?.contains("S256") ?? true
        namesIssuerInResponses = members["authorization_response_iss_parameter_supported"]?.bool ?? false
    }
}
