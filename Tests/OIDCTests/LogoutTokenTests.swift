import Foundation
import Testing

@testable import OIDC

struct LogoutTokenTests {
    static let event = "http://schemas.openid.net/event/backchannel-logout"

    static func claims(_ party: RelyingParty, _ changes: [String: Any?] = [:]) -> [String: Any] {
        var claims: [String: Any] = [
            "iss": party.issuer.url, "aud": "daybook", "iat": party.time.seconds, "exp": party.time.seconds + 120,
            "jti": "logout-1", "sub": "ada-1", "sid": "session-1", "events": [event: [String: String]()],
        ]
        for (name, value) in changes { claims[name] = value }
        return claims
    }

    private func refusal(_ party: RelyingParty, _ changes: [String: Any?]) async -> OIDCError.Code? {
        let token = party.key.token(Self.claims(party, changes))
        return await errorCode { () async throws(OIDCError) in _ = try await party.provider.verifyLogoutToken(token) }
    }

    @Test func `a logout token says who or which session has ended`() async throws {
        try await RelyingParty.run { (party) async throws in
            let token = party.key.token(Self.claims(party), header: ["typ": "logout+jwt"])
            let logout = try await party.provider.verifyLogoutToken(token)
            #expect(logout.subject == "ada-1")
            #expect(logout.sessionID == "session-1")
            #expect(logout.tokenID == "logout-1")
            #expect(logout.replayableUntil == Date(timeIntervalSince1970: party.time.seconds + 150))
            #expect(await refusal(party, ["sub": nil]) == nil)
            #expect(await refusal(party, ["sid": nil]) == nil)
            #expect(await refusal(party, ["sub": nil, "sid": nil]) == .invalidClaim)
        }
    }

    @Test func `no other token passes for a logout token`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(await refusal(party, ["nonce": party.login.nonce]) == .invalidClaim)
            #expect(await refusal(party, ["events": nil]) == .invalidClaim)
            #expect(await refusal(party, ["events": [Self.event]]) == .invalidClaim)
            #expect(await refusal(party, ["events": ["another": [String: String]()]]) == .invalidClaim)
            #expect(await refusal(party, ["jti": nil]) == .invalidClaim)
            #expect(await refusal(party, ["jti": String(repeating: "j", count: 257)]) == .invalidClaim)
            #expect(await refusal(party, ["exp": nil]) == .invalidClaim)
            #expect(await refusal(party, ["exp": party.time.seconds - 31]) == .expired)
            #expect(await refusal(party, ["aud": "another"]) == .audienceMismatch)
            #expect(await refusal(party, ["iss": "https://eve.test"]) == .issuerMismatch)
            let idToken = party.key.token(party.claims)
            let error = await errorCode { () async throws(OIDCError) in
                _ = try await party.provider.verifyLogoutToken(idToken)
            }
            #expect(error == .invalidClaim)
        }
    }

    @Test func `a logout token passes for no ID token`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(await party.refusal(party.key.token(Self.claims(party))) == .nonceMismatch)
        }
    }

    @Test func `the browser is sent to the provider to log out there too`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(try await party.provider.logoutURL(idTokenHint: "token") == nil)
        }
        try await RelyingParty.run { (party) async throws in
            party.issuer.setMetadata("end_session_endpoint", "\(party.issuer.url)/end?tenant=1")
            let url = try await party.provider.logoutURL(
                idTokenHint: "a.b.c",
                postLogoutRedirectURI: "https://daybook.test/bye?a=1",
                state: "s t"
            )
            #expect(
                url == "\(party.issuer.url)/end?tenant=1&client_id=daybook&id_token_hint=a.b.c"
                    + "&post_logout_redirect_uri=https%3A%2F%2Fdaybook.test%2Fbye%3Fa%3D1&state=s%20t"
            )
        }
    }
}
