import Foundation
import Testing

@testable import OIDC

struct TokenRequestTests {
    @Test func `the secret goes into the header, each half encoded`() async throws {
        try await RelyingParty.run { (party) async throws in
            _ = try await party.redeem(party.key.token(party.claims))
            let request = try #require(party.issuer.requests("/token").first)
            #expect(
                request.form == [
                    "grant_type": "authorization_code", "code": RelyingParty.code,
                    "redirect_uri": RelyingParty.callback, "code_verifier": party.login.verifier,
                ]
            )
            let pair = Data("daybook:the%20secret%20%2F%20of%3A%20the%20client".utf8).base64EncodedString()
            #expect(request.authorization == "Basic \(pair)")
        }
    }

    @Test func `the secret goes into the body if the provider takes it only there`() async throws {
        try await RelyingParty.run { (party) async throws in
            party.issuer.setMetadata("token_endpoint_auth_methods_supported", list: ["client_secret_post"])
            _ = try await party.redeem(party.key.token(party.claims))
            let request = try #require(party.issuer.requests("/token").first)
            #expect(request.form["client_secret"] == RelyingParty.secret)
            #expect(request.form["client_id"] == "daybook")
            #expect(request.authorization == nil)
        }
    }

    @Test func `a public client shows its name and no secret`() async throws {
        try await RelyingParty.run({ $0.clientSecret = nil }) { party in
            _ = try await party.redeem(party.key.token(party.claims))
            let request = try #require(party.issuer.requests("/token").first)
            #expect(request.form["client_id"] == "daybook")
            #expect(request.form["client_secret"] == nil)
            #expect(request.authorization == nil)
        }
    }

    @Test func `a provider that takes no secret we can give is not supported`() async throws {
        try await RelyingParty.run { (party) async throws in
            party.issuer.setMetadata("token_endpoint_auth_methods_supported", list: ["private_key_jwt"])
            #expect(await party.refusal([:]) == .unsupportedProvider)
        }
    }

    @Test func `what the provider says is kept, bounded, and without what is secret`() async throws {
        try await RelyingParty.run { (party) async throws in
            let details =
                "bad\u{1B}[31m \u{202E}code \(RelyingParty.code) \(party.login.verifier) \(RelyingParty.secret)\n"
            party.issuer.setTokenAnswer(
                400,
                json(["error": "invalid_grant", "error_description": details + String(repeating: "x", count: 2000)])
            )
            do throws(OIDCError) {
                _ = try await party.redeem()
                Issue.record("it was redeemed")
            } catch {
                #expect(error.code == .providerRefused)
                #expect(error.kind == .refused)
                let answer = try #require(error.answer)
                #expect(answer.error == "invalid_grant")
                let kept = try #require(answer.details)
                #expect(kept.hasPrefix("bad[31m code … … …x"))
                #expect(kept.unicodeScalars.count <= 512)
                for secret in [
                    RelyingParty.code, party.login.verifier, RelyingParty.secret, "\u{1B}", "\n", "\u{202E}",
                ] {
                    #expect(!"\(error)".contains(secret))
                }
            }
        }
    }

    @Test func `each answer of the token endpoint has its meaning`() async throws {
        try await RelyingParty.run { (party) async throws in
            let good = party.key.token(party.claims)
            let cases: [(Int, String, OIDCError.Code)] = [
                (400, #"{"error":"invalid_grant"}"#, .providerRefused),
                (200, #"{"error":"bad_verification_code"}"#, .providerRefused),
                (401, #"{"error":"invalid_client"}"#, .clientRefused),
                (400, #"{"error":"unauthorized_client"}"#, .clientRefused),
                (400, #"{"error":"temporarily_unavailable"}"#, .providerBusy),
                (500, #"{"error":"invalid_grant"}"#, .providerBusy),
                (429, "slow down", .providerBusy),
                (503, "", .providerBusy),
                (404, "<html>", .badAnswer),
                (400, "{}", .badAnswer),
                (200, "{}", .badAnswer),
                (200, json(["id_token": good, "token_type": "Bearer"]), .badAnswer),
                (200, json(["access_token": "a", "token_type": "Bearer"]), .badAnswer),
                (200, json(["id_token": good, "access_token": "a", "token_type": "DPoP"]), .badAnswer),
                (200, json(["id_token": good, "access_token": "a\r\nX: y", "token_type": "Bearer"]), .badAnswer),
                (200, #"{"id_token":"a","id_token":"b","access_token":"a","token_type":"Bearer"}"#, .badAnswer),
                (200, json(["id_token": "a.b.c", "access_token": "a", "token_type": "bearer"]), .malformedToken),
            ]
            for (status, body, code) in cases {
                party.issuer.setTokenAnswer(status, body)
                let found = await errorCode { () async throws(OIDCError) in _ = try await party.redeem() }
                #expect(found == code, "\(status) \(body)")
            }
        }
    }

    @Test func `a redirect of the token endpoint is not followed`() async throws {
        try await RelyingParty.run { (party) async throws in
            try await LoopbackIssuer.run { (eve) async throws in
                eve.setTokens(idToken: party.key.token(party.claims))
                party.issuer.setFault(.redirect(to: "\(eve.url)/token"), at: "/token")
                #expect(await party.refusal([:]) == .badAnswer)
                #expect(eve.requests("/token").isEmpty)
            }
        }
    }

    @Test func `an address that the ID token lacks is asked for, and whose it is is checked`() async throws {
        try await RelyingParty.run { (party) async throws in
            party.issuer.setMetadata("userinfo_endpoint", "\(party.issuer.url)/userinfo")
            let token = party.key.token(party.claims(with: ["email": nil, "name": nil]))
            party.issuer.setUserInfo(#"{"sub":"ada-1","email":"ada@example.test","name":"Ada"}"#)
            let identity = try await party.redeem(token)
            #expect(identity.email == "ada@example.test")
            #expect(identity.name == "Ada")
            // The ID token's `email_verified` is about no address that it has.
            #expect(!identity.emailIsVerified)
            #expect(party.issuer.requests("/userinfo").map(\.authorization) == ["Bearer access"])

            party.issuer.setUserInfo(#"{"sub":"ada-1","email":"ada@example.test","email_verified":"true"}"#)
            #expect(try await party.redeem(token).emailIsVerified)

            for body in [#"{"sub":"eve-1","email":"ada@example.test"}"#, #"{"email":"ada@example.test"}"#] {
                party.issuer.setUserInfo(body)
                #expect(await party.refusal(token) == .subjectMismatch)
            }
            for body in ["a.jwt.instead", #"{"sub":"ada-1","sub":"ada-1"}"#] {
                party.issuer.setUserInfo(body)
                #expect(await party.refusal(token) == .badAnswer)
            }
            party.issuer.setFault(.status(500), at: "/userinfo")
            #expect(await party.refusal(token) == .badAnswer)
        }
    }

    @Test func `userinfo is not asked for what is known or not wanted`() async throws {
        for scopes in [["openid", "email"], ["openid"]] {
            try await RelyingParty.run({ $0.scopes = scopes }) { party in
                party.issuer.setMetadata("userinfo_endpoint", "\(party.issuer.url)/userinfo")
                let email: Any? = scopes.contains("email") ? "ada@example.test" : nil
                _ = try await party.redeem(party.key.token(party.claims(with: ["email": email])))
                #expect(party.issuer.requests("/userinfo").isEmpty)
            }
        }
    }
}
