internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import OIDC
internal import Sessions

extension TenantAPI {
    var credentialEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/users/{user}/credentials",
                "What an agent can log in by",
                for: .administrators,
                problems: [.notAnAgent],
                handle: credentials
            ),
            Endpoint(
                .post,
                "/api/users/{user}/credentials",
                "Lets an agent log in by a key of its own, or by a secret that is told once",
                as: .plain,
                for: .administrators,
                body: NewCredential.self,
                status: .created,
                problems: [.administratorsOnly, .notAnAgent, .badPublicKey],
                limit: .write,
                handle: issueCredential
            ).afterRecentLogin,
            Endpoint(
                .delete,
                "/api/users/{user}/credentials/{credential}",
                "Ends a credential, and the sessions that were opened by it",
                as: .plain,
                for: .administrators,
                problems: [.administratorsOnly, .noCredential, .notAnAgent],
                limit: .write,
                handle: revokeCredential
            ),
        ]
    }

    /// A JWK (RFC 7517, RFC 8037): of Ed25519, or of P-256 with `y`.
    struct NewPublicKey: Codable, Sendable {
        var kty: String
        var crv: String
        var x: String
        var y: String?
        var kid: String?
        var use: String?
        var alg: String?
        var keyOperations: [String]?

        private enum CodingKeys: String, CodingKey {
            case kty, crv, x, y, kid, use, alg
            case keyOperations = "key_ops"
        }
    }

    struct NewCredential: Decodable, Sendable, NotedFields {
        var label: String
        var publicKey: NewPublicKey?
        var expiresAt: Timestamp?
        var scopes: [TokenScope]?

        private enum CodingKeys: String, CodingKey {
            case label, scopes
            case publicKey = "public_key"
            case expiresAt = "expires_at"
        }

        static let notes: [String: JSONShape.Note] = [
            "label": .line(IssueCredential.labelLengths),
            "public_key": .about("Left out, a secret is made."),
            "expires_at": .about("Left out, it lasts until it is revoked."),
            "scopes": .about("What tokens that it gets can be good for. Left out, whatever the agent may do."),
        ]
    }

    enum CredentialKind: String, Codable, CaseIterable, ShapedValue { case key, secret }

    struct CredentialView: Codable, EndpointAnswer {
        let id: String
        let kind: CredentialKind
        let label: String
        /// SHA-256 of the key (RFC 7638); null for a secret.
        let thumbprint: String?
        let issuedAt: Timestamp
        let expiresAt: Timestamp?
        /// What tokens that it gets can be good for; null for whatever the agent may do.
        let scopes: [TokenScope]?

        private enum CodingKeys: String, CodingKey {
            case id, kind, label, thumbprint, scopes
            case issuedAt = "issued_at"
            case expiresAt = "expires_at"
        }
    }

    struct CredentialsView: Codable, EndpointAnswer {
        /// What the agent calls itself when it logs in.
        let clientID: String
        let items: [CredentialView]

        private enum CodingKeys: String, CodingKey {
            case items
            case clientID = "client_id"
        }
    }

    struct IssuedView: Codable, EndpointAnswer {
        let id: String
        let clientID: String
        /// Null for a key. It is told here and never again.
        let clientSecret: String?

        private enum CodingKeys: String, CodingKey {
            case id
            case clientID = "client_id"
            case clientSecret = "client_secret"
        }
    }

    private func credentials(_ call: Call) async throws -> Reply<CredentialsView> {
        let agent = try await agent(of: call)
        let items = try await credentials.all(of: agent).map { credential in
            let key: String? = if case .key(let jwk) = credential.proof { jwk } else { nil }
            return CredentialView(
                id: "\(credential.id)",
                kind: key == nil ? .secret : .key,
                label: credential.label,
                thumbprint: try key.map { try PublicKeyJWK(json: $0.utf8).thumbprint },
                issuedAt: credential.issuedAt,
                expiresAt: credential.expiresAt,
                scopes: credential.scopes
            )
        }
        return Reply(CredentialsView(clientID: clientID(of: agent), items: items))
    }

    private func issueCredential(_ call: Call, _ body: NewCredential) async throws -> Reply<IssuedView> {
        let agent = try await agent(of: call, mustBeActive: true)
        let actor = Actor.user(call.user)
        let scopes = body.scopes.map { TokenScope.sorted($0) }
        guard let key = body.publicKey else {
            let (id, secret) = try await credentials.issueSecret(
                to: agent,
                label: body.label,
                expiresAt: body.expiresAt,
                scopes: scopes,
                by: actor
            )
            return Reply(IssuedView(id: "\(id)", clientID: clientID(of: agent), clientSecret: secret))
        }
        let id = try await credentials.issue(
            key: try key.canonical(),
            to: agent,
            label: body.label,
            expiresAt: body.expiresAt,
            scopes: scopes,
            by: actor
        )
        return Reply(IssuedView(id: "\(id)", clientID: clientID(of: agent), clientSecret: nil))
    }

    private func revokeCredential(_ call: Call) async throws -> Reply<NoContent> {
        guard let id = CredentialID(try call.text("credential")) else {
            throw Problem.noCredential
        }
        try await credentials.revoke(id, of: try await agent(of: call), by: .user(call.user))
        return Reply()
    }

    private func clientID(of agent: AgentCredentials.Agent) -> String {
        "\(PrincipalID(agent.user, of: TenantID(agent.tenant.id)))"
    }

    /// The agent in the path, if the caller may say by what it logs in. The log is asked, not the read models.
    private func agent(of call: Call, mustBeActive: Bool = false) async throws -> AgentCredentials.Agent {
        let user: UserID = try call.id("user")
        let caller = Caller(tenant: call.tenant, actor: .user(call.user), user: call.user)
        let question = AskAgent(user: user, mustBeActive: mustBeActive)
        _ = try await commands.handle(question, in: CommandContext(caller: caller))
        return AgentCredentials.Agent(tenant: call.tenant, user: user)
    }
}

extension TenantAPI.NewPublicKey {
    /// The key and nothing else, always written alike.
    fileprivate func canonical() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let given = try encoder.encode(self)
        let key: PublicKeyJWK
        do {
            key = try PublicKeyJWK(json: given)
        } catch {
            throw Problem.badPublicKey(error.message)
        }
        return String(decoding: try encoder.encode(key), as: UTF8.self)
    }
}

extension Problem {
    fileprivate static var badPublicKey: Problem { badPublicKey("the public key is refused") }

    fileprivate static func badPublicKey(_ detail: String) -> Problem {
        Problem(
            .unprocessableContent,
            "credential.bad_key",
            detail,
            errors: [Fault("/public_key", detail)]
        )
    }
    fileprivate static var administratorsOnly: Problem {
        Problem(.forbidden, "role.administrator_required", "only administrators may do this")
    }
    fileprivate static var noCredential: Problem {
        .notFound("credential.not_found", "There is no such credential.")
    }
    fileprivate static var notAnAgent: Problem {
        Problem(.conflict, "credential.not_an_agent", "only agents have credentials")
    }
}
