import Crypto
import DevIdP
import Foundation
import JWTKit
import Testing

/// What a client sends, a right one unless a test changes it.
struct Party: Sendable {
    var client = Stage.app
    var redirectURI = Stage.callback
    var verifier = "a-verifier-of-forty-three-characters-or-more.~_"
    var scope = "openid profile email"
    /// More parameters of the authorization request, or other values; nil leaves one out.
    var changes: [String: String?] = [:]

    static let rival = Party(client: Stage.rival, redirectURI: Stage.rival.redirectURIs[0])
    static let spa = Party(client: Stage.spa, redirectURI: Stage.spa.redirectURIs[0])

    func with(_ changes: [String: String?]) -> Party {
        var party = self
        party.changes.merge(changes) { $1 }
        return party
    }

    var parameters: [String: String] {
        let usual: [String: String?] = [
            "client_id": client.id, "redirect_uri": redirectURI, "response_type": "code", "scope": scope,
            "state": "the state", "nonce": "the nonce", "code_challenge": challenge, "code_challenge_method": "S256",
        ]
        return usual.merging(changes) { $1 }.compactMapValues(\.self)
    }

    var query: String { formEncoded(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) }

    private var challenge: String {
        Data(SHA256.hash(data: Data(verifier.utf8))).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension Stage {
    /// Sends a form to the token endpoint, as a client with its secret in the header, or as one without.
    func token(_ fields: [String: String], as client: DevIdP.Client = Stage.app) async throws -> Answer {
        try await send(fields, to: "/token", as: client)
    }

    func send(_ fields: [String: String], to path: String, as client: DevIdP.Client) async throws -> Answer {
        var fields = fields
        var headers: [String: String] = [:]
        if let secret = client.secret {
            headers["authorization"] = Self.basic(client.id, secret)
        } else {
            fields["client_id"] = client.id
        }
        return try await Browser().post("\(issuer)\(path)", fields.map { ($0.key, $0.value) }, headers: headers)
    }

    /// Both parts as a form has them (RFC 6749 2.3.1).
    static func basic(_ id: String, _ secret: String) -> String {
        let parts = [id, secret].map { formEncoded([("", $0)]).dropFirst() }
        return "Basic " + Data(parts.joined(separator: ":").utf8).base64EncodedString()
    }

    func redeem(_ login: Login, changing changes: [String: String] = [:]) async throws -> Answer {
        let fields = [
            "grant_type": "authorization_code", "code": try login.code, "redirect_uri": login.party.redirectURI,
            "code_verifier": login.party.verifier,
        ]
        return try await token(fields.merging(changes) { $1 }, as: login.party.client)
    }

    func tokens(_ login: Login) async throws -> Tokens { try Tokens(await redeem(login)) }

    func refresh(_ token: String, scope: String? = nil, as client: DevIdP.Client = Stage.app) async throws -> Answer {
        var fields = ["grant_type": "refresh_token", "refresh_token": token]
        fields["scope"] = scope
        return try await self.token(fields, as: client)
    }

    func userInfo(_ accessToken: String) async throws -> Answer {
        try await Browser().get("\(issuer)/userinfo", headers: ["authorization": "Bearer \(accessToken)"])
    }

    /// What an ID token says, once its signature is found good by the published keys.
    func claims(_ idToken: String) async throws -> Claims {
        let keys = JWTKeyCollection()
        try await keys.add(jwksJSON: Browser().get("\(issuer)/jwks.json").text)
        return try await keys.verify(idToken, as: Claims.self)
    }

    /// The names of the published keys.
    func keyNames() async throws -> [String] {
        let set = try await Browser().get("\(issuer)/jwks.json").json
        return try #require(set["keys"] as? [[String: Any]]).compactMap { $0["kid"] as? String }
    }
}

struct Tokens: Sendable {
    let access: String
    let refresh: String
    let id: String
    let scope: String

    init(_ answer: Answer) throws {
        #expect(answer.status == 200, "\(answer.text)")
        access = try #require(try answer.json("access_token"))
        refresh = try #require(try answer.json("refresh_token"))
        id = try #require(try answer.json("id_token"))
        scope = try #require(try answer.json("scope"))
    }

    /// The head of the ID token.
    var header: [String: String] {
        get throws {
            var text = String(id.split(separator: ".")[0]).replacing("-", with: "+").replacing("_", with: "/")
            while text.utf8.count % 4 != 0 { text += "=" }
            return try JSONDecoder().decode([String: String].self, from: #require(Data(base64Encoded: text)))
        }
    }
}

struct Claims: JWTPayload {
    let iss: String
    let sub: String
    let aud: String
    let exp: Int
    let iat: Int
    let auth_time: Int?
    let nonce: String?
    let at_hash: String?
    let sid: String?
    let email: String?
    let email_verified: Bool?
    let name: String?
    let preferred_username: String?
    let jti: String?
    let events: [String: [String: String]]?

    func verify(using algorithm: some JWTAlgorithm) {}
}
