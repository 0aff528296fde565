import Crypto
import Foundation
import Testing

@testable import OIDC

struct AuthorizationTests {
    /// The query of a URL, taken apart by somebody else's reader.
    private func query(_ url: String) throws -> [String: String] {
        let items = try #require(URLComponents(string: url)?.queryItems)
        return Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value ?? "") })
    }

    @Test func `the browser is sent off with state, nonce and a challenge`() async throws {
        try await RelyingParty.run(maxAgeSeconds: 3600) { (party) async throws in
            let url = try await party.provider.authorizationURL(
                for: party.login,
                redirectURI: RelyingParty.callback,
                prompt: .selectAccount,
                loginHint: "ada+1@example.test"
            )
            #expect(url.hasPrefix("\(party.issuer.url)/authorize?"))
            let challenge = base64URL(Data(SHA256.hash(data: Data(party.login.verifier.utf8))))
            #expect(
                try query(url) == [
                    "response_type": "code", "client_id": "daybook", "redirect_uri": RelyingParty.callback,
                    "scope": "openid email profile", "state": party.login.state, "nonce": party.login.nonce,
                    "code_challenge": challenge, "code_challenge_method": "S256", "prompt": "select_account",
                    "login_hint": "ada+1@example.test", "max_age": "3600",
                ]
            )
            #expect(!url.contains(party.login.verifier))
        }
    }

    @Test func `the challenge is the one of RFC 7636`() throws {
        let text = #"""
            {"state":"s","nonce":"n","issuer":"https://i.test","verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}
            """#
        let login = try JSONDecoder().decode(Login.self, from: Data(text.utf8))
        #expect(login.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }

    @Test func `a login has 256 random bits three times, and can be kept`() async throws {
        try await RelyingParty.run { (party) async throws in
            let logins = (0..<100).map { _ in party.provider.login() }
            let texts = logins.flatMap { [$0.state, $0.nonce, $0.verifier] }
            #expect(Set(texts).count == 300)
            #expect(texts.allSatisfy { $0.utf8.count == 43 })
            let kept = try JSONDecoder().decode(Login.self, from: JSONEncoder().encode(party.login))
            #expect(kept == party.login)
            #expect(party.login.answers(party.login.state))
            #expect(!party.login.answers(party.login.state + "A"))
            #expect(!party.login.answers(party.login.nonce))
            for text in ["\(party.login)", String(reflecting: party.login)] {
                #expect(!text.contains(party.login.state) && !text.contains(party.login.verifier))
            }
        }
    }

    @Test func `a query that the endpoint has already is kept`() async throws {
        try await RelyingParty.run { (party) async throws in
            party.issuer.setMetadata("authorization_endpoint", "\(party.issuer.url)/authorize?policy=a%20b")
            let url = try await party.provider.authorizationURL(for: party.login, redirectURI: RelyingParty.callback)
            #expect(try query(url)["policy"] == "a b")
            #expect(try query(url)["client_id"] == "daybook")
        }
    }

    @Test func `a login is redeemed only where it was begun`() async throws {
        try await RelyingParty.run { (party) async throws in
            let other = ProviderConfiguration(name: "o", title: "O", issuer: "https://o.test", clientID: "daybook")
            let login = try Provider(other, client: party.client, logger: .silent).login()
            let redeemed = await errorCode { () async throws(OIDCError) in
                _ = try await party.provider.redeem(code: "c", login: login, redirectURI: "r", responseIssuer: nil)
            }
            let sent = await errorCode { () async throws(OIDCError) in
                _ = try await party.provider.authorizationURL(for: login, redirectURI: "r")
            }
            #expect(redeemed == .foreignLogin)
            #expect(sent == .foreignLogin)
            #expect(party.issuer.requests("/token").isEmpty)
        }
    }

    @Test func `an answer from another issuer is refused before the code is shown to anybody`() async throws {
        try await RelyingParty.run { (party) async throws in
            func refusal(_ issuer: String?) async -> OIDCError.Code? {
                await errorCode { () async throws(OIDCError) in
                    _ = try await party.provider.redeem(
                        code: "c",
                        login: party.login,
                        redirectURI: RelyingParty.callback,
                        responseIssuer: issuer
                    )
                }
            }
            party.issuer.setTokens(idToken: party.key.token(party.claims))
            #expect(await refusal(nil) == nil)
            #expect(await refusal("https://eve.test") == .responseIssuerMismatch)
            #expect(await refusal(party.issuer.url + "/") == .responseIssuerMismatch)
            #expect(party.issuer.requests("/token").count == 1)
            party.issuer.setNamesIssuer(true)
            party.time.advance(.seconds(3600))
            #expect(await refusal(nil) == .responseIssuerMissing)
            #expect(party.issuer.requests("/token").count == 1)
        }
    }

    @Test func `a client without a secret needs S256`() async throws {
        for (methods, isTaken) in [(["plain"], false), (["plain", "S256"], true)] {
            try await RelyingParty.run({ $0.clientSecret = nil }) { party in
                party.issuer.setMetadata("code_challenge_methods_supported", list: methods)
                let error = await errorCode { () async throws(OIDCError) in
                    _ = try await party.provider.authorizationURL(for: party.login, redirectURI: "r")
                }
                #expect(error == (isTaken ? nil : .unsupportedProvider))
            }
        }
    }
}
