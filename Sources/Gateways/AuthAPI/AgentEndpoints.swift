internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import OIDC
internal import Sessions

extension AuthAPI {
    var agentEndpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/auth/agent/login",
                "Gives an agent a token for an assertion that it has signed (RFC 7523), or for its secret",
                access: .everybody,
                body: AgentLogin.self,
                problems: [.agentRefused, .badAgentLogin, .badScope, .tenantSuspended],
                limit: .agentLogin,
                handle: logIn
            )
        ]
    }

    /// Either an assertion, or an identifier and a secret.
    struct AgentLogin: Decodable, Sendable, NotedFields {
        var clientAssertion: String?
        var clientAssertionType: String?
        var clientID: String?
        var clientSecret: String?
        /// What the session is for, so that one knows it again.
        var label: String?
        var scope: String?

        private enum CodingKeys: String, CodingKey {
            case label, scope
            case clientAssertion = "client_assertion"
            case clientAssertionType = "client_assertion_type"
            case clientID = "client_id"
            case clientSecret = "client_secret"
        }

        static let notes: [String: JSONShape.Note] = [
            "client_assertion": .about(
                "A JWT by EdDSA or ES256: `iss` and `sub` the agent's client identifier, `aud` this URL, a `jti` of its own, and at most "
                    + "five minutes from `iat` to `exp`. It is good once."
            ),
            "client_assertion_type": .about("`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, if it is said."),
            "label": .line(1...120),
            "scope": .about(
                "What the token shall be good for, with spaces between (RFC 6749 3.3); left out, all that the credential is."
            ),
        ]
    }

    struct AgentEntryView: Codable, EndpointAnswer {
        let accessToken: String
        let tokenType: String
        /// Seconds.
        let expiresIn: Int
        let sessionID: String
        let tenantID: String
        let userID: String
        /// What the token is good for, with spaces between; null for whatever the agent may do.
        let scope: String?

        private enum CodingKeys: String, CodingKey {
            case scope
            case accessToken = "access_token"
            case tokenType = "token_type"
            case expiresIn = "expires_in"
            case sessionID = "session_id"
            case tenantID = "tenant_id"
            case userID = "user_id"
        }
    }

    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    private func logIn(_ call: Call, _ body: AgentLogin) async throws -> Reply<AgentEntryView> {
        guard body.label?.isEmpty != true, (body.label ?? "").unicodeScalars.count <= 120 else {
            throw Problem.badAgentLogin
        }
        let scopes = try body.scope.map { text in
            guard let scopes = TokenScope.list(text), !scopes.isEmpty else { throw Problem.badScope }
            return scopes
        }
        let shown: Shown
        switch (body.clientAssertion, body.clientID, body.clientSecret) {
        case (let assertion?, nil, nil) where body.clientAssertionType ?? Self.assertionType == Self.assertionType:
            shown = try await verified(assertion: assertion, for: call)
        case (nil, let client?, let secret?) where body.clientAssertionType == nil:
            shown = try await verified(secret: secret, of: client)
        default: throw Problem.badAgentLogin
        }
        do {
            let opened = try await control.issuer.open(
                shown.session,
                agent: shown.agent,
                credential: shown.credential,
                scopes: scopes,
                lifetime: configuration.agentLifetime,
                label: body.label ?? "an agent"
            )
            return Reply(
                AgentEntryView(
                    accessToken: opened.token,
                    tokenType: "Bearer",
                    expiresIn: Int(configuration.agentLifetime.components.seconds),
                    sessionID: "\(opened.id)",
                    tenantID: "\(TenantID(shown.agent.tenant.id))",
                    userID: "\(shown.agent.user)",
                    scope: opened.scopes.map { $0.map(\.rawValue).joined(separator: " ") }
                )
            )
        } catch CommandError.refused(let refusal)
            where !["tenant.suspended", "auth.invalid_scope"].contains(refusal.code)
        {
            // The log knows better than the read models: used before, revoked, or forgotten meanwhile.
            call.context.logger.info("an agent's login is refused", metadata: ["reason": "\(refusal.code)"])
            throw Problem.agentRefused
        }
    }

    /// What an agent has shown of itself.
    private struct Shown {
        let agent: AgentCredentials.Agent
        let credential: CredentialID
        let session: SessionID
    }

    private func verified(assertion: String, for call: Call) async throws -> Shown {
        let assertions = AssertionVerifier(audiences: [cookies.origin + call.request.uri.path, cookies.origin])
        do {
            let owner = try assertions.claimedOwner(of: assertion)
            guard let principal = PrincipalID(owner),
                let (agent, credentials) = try await control.credentials.find(principal)
            else {
                throw Problem.agentRefused
            }
            var keys: [(id: CredentialID, key: PublicKeyJWK)] = []
            for credential in credentials {
                guard case .key(let jwk) = credential.proof else { continue }
                keys.append((credential.id, try PublicKeyJWK(json: jwk.utf8)))
            }
            let word = try assertions.verify(assertion, keys: keys.map(\.key), owner: owner, now: Date())
            guard let signer = keys.first(where: { $0.key.thumbprint == word.keyThumbprint }) else {
                throw Problem.agentRefused
            }
            // The same word opens the same session, which the log lets happen once.
            let session = UUID.derived("daybook.assertion", principal.uuid.bytes, Array(word.tokenID.utf8))
            return Shown(agent: agent, credential: signer.id, session: SessionID(session))
        } catch let error as OIDCError {
            call.context.logger.info("an agent's login is refused", metadata: ["reason": "\(error)"])
            throw Problem.agentRefused
        }
    }

    private func verified(secret: String, of client: String) async throws -> Shown {
        guard let principal = PrincipalID(client),
            let (agent, credentials) = try await control.credentials.find(principal),
            let credential = control.credentials.match(secret: secret, among: credentials)
        else {
            throw Problem.agentRefused
        }
        return Shown(agent: agent, credential: credential, session: SessionID())
    }
}

extension Problem {
    /// The same whatever is wrong, so that nobody learns which agents there are.
    fileprivate static var agentRefused: Problem {
        .unauthorized(
            "auth.agent_refused",
            "the assertion or the secret is not good: of nobody, run out, revoked, used before, or for somebody else",
            challenge: "Bearer"
        )
    }
    /// Only who has shown a credential is told so.
    static var tenantSuspended: Problem { Problem(.forbidden, "tenant.suspended", "the organization is suspended") }

    /// RFC 6749 §5.2.
    fileprivate static var badScope: Problem {
        Problem(.unprocessableContent, "auth.invalid_scope", "the scope names something that there is not, or nothing")
    }

    fileprivate static var badAgentLogin: Problem {
        .badRequest("auth.bad_agent_login", "send a client_assertion, or a client_id and a client_secret")
    }
}
