import Crypto
import DevIdP
import Foundation
import Testing

struct TokenTests {
    @Test(arguments: [DevIdP.SigningAlgorithm.rs256, .es256])
    func `a code gives an ID token that says who it is`(algorithm: DevIdP.SigningAlgorithm) async throws {
        try await Stage.run(algorithm: algorithm) { (stage) async throws in
            let answer = try await stage.redeem(stage.signUp())
            #expect(answer.headers.first(name: "cache-control") == "no-store")
            #expect(answer.headers.first(name: "pragma") == "no-cache")
            #expect(try answer.json("token_type") == "Bearer")
            #expect(try answer.json["expires_in"] as? Int == 600)
            let tokens = try Tokens(answer)
            #expect(tokens.scope == "openid profile email")
            #expect(try tokens.header["alg"] == algorithm.rawValue && tokens.header["typ"] == "JWT")
            let claims = try await stage.claims(tokens.id)
            let now = Int(Date().timeIntervalSince1970)
            #expect(claims.iss == stage.issuer && claims.aud == "app" && claims.nonce == "the nonce")
            #expect(abs(claims.iat - now) < 30 && claims.exp == claims.iat + 600)
            #expect(abs(try #require(claims.auth_time) - now) < 30)
            #expect(claims.name == "Ada Lovelace" && claims.preferred_username == "ada")
            #expect(claims.email == "ada@example.com" && claims.email_verified == true)
            #expect(claims.sid?.isEmpty == false)
            #expect(claims.sub.utf8.count >= 16 && !claims.sub.contains("ada"))
            let half = Data(SHA256.hash(data: Data(tokens.access.utf8)).prefix(16)).base64EncodedString()
            #expect(claims.at_hash == half.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
        }
    }

    @Test func `an ID token says what its scopes allow`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            var party = Party()
            party.scope = "openid unknown"
            let tokens = try await stage.tokens(stage.signUp(with: browser, at: party))
            #expect(tokens.scope == "openid")
            let claims = try await stage.claims(tokens.id)
            #expect(claims.email == nil && claims.email_verified == nil && claims.name == nil)
            let info = try await stage.userInfo(tokens.access).json
            #expect(info as? [String: String] == ["sub": claims.sub])
        }
    }

    @Test func `without a nonce there is none in the ID token`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp(at: Party().with(["nonce": nil])))
            #expect(try await stage.claims(tokens.id).nonce == nil)
        }
    }

    @Test(arguments: ["another-verifier-of-forty-three-characters-....", String(repeating: "a", count: 128)])
    func `a wrong verifier gives nothing, nor does the right one after it`(verifier: String) async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            for changes in [["code_verifier": verifier], [:]] {
                let answer = try await stage.redeem(login, changing: changes)
                #expect(answer.status == 400)
                #expect(try answer.json("error") == "invalid_grant")
                #expect(answer.headers.first(name: "cache-control") == "no-store")
            }
        }
    }

    @Test(arguments: ["", "short", String(repeating: "a", count: 129), String(repeating: "ä", count: 43)])
    func `what is no verifier leaves the code as it is`(verifier: String) async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            let answer = try await stage.redeem(login, changing: ["code_verifier": verifier])
            #expect(try answer.json("error") == "invalid_request")
            #expect(try await stage.redeem(login).status == 200)
        }
    }

    @Test func `the challenge itself is no verifier`() async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            let challenge = try #require(login.party.parameters["code_challenge"])
            #expect(
                try await stage.redeem(login, changing: ["code_verifier": challenge]).json("error") == "invalid_grant"
            )
        }
    }

    @Test func `a code that is used again takes back what it gave`() async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            let tokens = try await stage.tokens(login)
            let refreshed = try Tokens(await stage.refresh(tokens.refresh))
            #expect(try await stage.userInfo(refreshed.access).status == 200)
            // Long after its end too.
            stage.clock.advance(by: .seconds(120))
            #expect(try await stage.redeem(login).json("error") == "invalid_grant")
            for access in [tokens.access, refreshed.access] { #expect(try await stage.userInfo(access).status == 401) }
            #expect(try await stage.refresh(refreshed.refresh).json("error") == "invalid_grant")
        }
    }

    @Test func `a code is for its client, and is not used up by another`() async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            let fields = [
                "grant_type": "authorization_code", "code": try login.code, "redirect_uri": Stage.callback,
                "code_verifier": login.party.verifier,
            ]
            for client in [Stage.rival, Stage.spa] {
                #expect(try await stage.token(fields, as: client).json("error") == "invalid_grant")
            }
            #expect(try await stage.redeem(login).status == 200)
        }
    }

    @Test(arguments: ["\(Stage.callback)/", "http://127.0.0.1:9/other?tenant=1", "http://127.0.0.1:9/CALLBACK"])
    func `a code is for its redirect URI`(uri: String) async throws {
        try await Stage.run { (stage) async throws in
            let answer = try await stage.redeem(stage.signUp(), changing: ["redirect_uri": uri])
            #expect(try answer.json("error") == "invalid_grant")
        }
    }

    @Test func `a code expires`() async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            stage.clock.advance(by: .seconds(61))
            #expect(try await stage.redeem(login).json("error") == "invalid_grant")
        }
    }

    @Test(arguments: ["grant_type", "code", "redirect_uri", "code_verifier"])
    func `what is missing is named`(name: String) async throws {
        try await Stage.run { (stage) async throws in
            let answer = try await stage.redeem(stage.signUp(), changing: [name: ""])
            #expect(answer.status == 400)
            #expect(try answer.json("error") == "invalid_request")
            #expect(try answer.json("error_description")?.contains(name) == true)
        }
    }

    @Test func `what is no request for tokens is refused`() async throws {
        try await Stage.run { (stage) async throws in
            let (browser, url) = (Browser(), "\(stage.issuer)/token")
            let basic = ["authorization": Stage.basic("spa", "")]
            for body in [
                "grant_type=a&grant_type=b&client_id=spa", "client_id=spa&foo=1&foo=1", "client_id=%zz", "x=%ff",
            ] {
                #expect(try await browser.post(url, body: body).json("error") == "invalid_request")
            }
            let json = try await browser.post(
                url,
                body: "{\"client_id\":\"spa\"}",
                headers: ["content-type": "application/json"]
            )
            #expect(json.status == 400)
            #expect(try json.json("error") == "invalid_request")
            for type in ["password", "client_credentials", "implicit"] {
                let answer = try await stage.token(["grant_type": type], as: Stage.spa)
                #expect(try answer.json("error") == "unsupported_grant_type")
            }
            #expect(try await browser.post(url, body: "", headers: basic).status == 401)
            #expect(try await browser.get(url).status != 200)
        }
    }
}

struct ClientAuthenticationTests {
    @Test func `a secret may come in the body too, and a public client has none`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let login = try await stage.signUp(with: browser)
            let fields = [
                ("grant_type", "authorization_code"), ("code", try login.code), ("redirect_uri", Stage.callback),
                ("code_verifier", login.party.verifier), ("client_id", "app"), ("client_secret", Stage.app.secret!),
            ]
            #expect(try await Browser().post("\(stage.issuer)/token", fields).status == 200)
            let spa = try Login(await browser.get(stage.url(for: .spa)), .spa)
            #expect(try await stage.redeem(spa).status == 200)
        }
    }

    struct Bad: Sendable {
        var fields: [String: String] = [:]
        var authorization: String?
        var status = 401
        var error = "invalid_client"
    }

    @Test(arguments: [
        Bad(authorization: Stage.basic("app", "wrong secret")),
        Bad(authorization: Stage.basic("app", "")),
        Bad(authorization: Stage.basic("nobody", "app secret: 100%")),
        Bad(authorization: Stage.basic("rival", "app secret: 100%")),
        Bad(authorization: Stage.basic("spa", "anything")),
        Bad(authorization: "Basic !!!"),
        Bad(authorization: "Basic"),
        Bad(authorization: "Bearer abc"),
        Bad(fields: ["client_id": "app"]),
        Bad(fields: ["client_id": "app", "client_secret": "wrong secret"]),
        Bad(fields: ["client_id": "spa", "client_secret": "anything"]),
        Bad(fields: ["client_id": "nobody"]),
        Bad(status: 400, error: "invalid_request"),
        Bad(
            fields: ["client_secret": "rival-secret"],
            authorization: Stage.basic("rival", "rival-secret"),
            status: 400,
            error: "invalid_request"
        ),
        Bad(
            fields: ["client_id": "app"],
            authorization: Stage.basic("rival", "rival-secret"),
            status: 400,
            error: "invalid_request"
        ),
    ])
    func `who is not the client gets nothing`(bad: Bad) async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            let fields = [
                "grant_type": "authorization_code", "code": try login.code, "redirect_uri": Stage.callback,
                "code_verifier": login.party.verifier,
            ].merging(bad.fields) { $1 }
            for path in ["/token", "/revoke"] {
                let answer = try await Browser().post(
                    stage.issuer + path,
                    fields.map { ($0.key, $0.value) },
                    headers: bad.authorization.map { ["authorization": $0] } ?? [:]
                )
                #expect(answer.status == bad.status)
                #expect(try answer.json("error") == bad.error)
                let challenge = answer.headers.first(name: "www-authenticate")
                #expect(
                    (challenge?.hasPrefix("Basic realm=") == true) == (bad.authorization != nil && bad.status == 401)
                )
            }
            #expect(try await stage.redeem(login).status == 200)
        }
    }
}
