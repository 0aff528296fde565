import Foundation
import Testing

@testable import OIDC

struct DiscoveryTests {
    private func refusal(_ party: RelyingParty) async -> OIDCError.Code? {
        await errorCode { () async throws(OIDCError) in
            _ = try await party.provider.authorizationURL(for: party.login, redirectURI: "r")
        }
    }

    @Test func `a document that names another issuer is refused`() async throws {
        for other in ["https://eve.test", "/", nil] {
            try await RelyingParty.run { (party) async throws in
                party.issuer.setMetadata("issuer", other == "/" ? party.issuer.url + "/" : other)
                #expect(await refusal(party) == .discoveryMismatch)
            }
        }
    }

    @Test(arguments: ["authorization_endpoint", "token_endpoint", "jwks_uri"])
    func `a document without an endpoint that is needed is refused`(name: String) async throws {
        try await RelyingParty.run { (party) async throws in
            party.issuer.setMetadata(name, nil)
            #expect(await refusal(party) == .unsupportedProvider)
        }
    }

    @Test(arguments: [
        "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint",
    ])
    func `an endpoint in the open is refused`(name: String) async throws {
        for url in [
            "http://idp.test/x", "ftp://127.0.0.1/x", "//127.0.0.1/x", "/x", "javascript:alert(1)", "",
            "https://user:password@idp.test/x", "https://idp.test/x#y", "https://idp.test/a b",
            "http://127.0.0.1.idp.test/",
            "http://localhost.idp.test/", "https://", "http://127.0.0.1\\@idp.test/",
        ] {
            try await RelyingParty.run { (party) async throws in
                party.issuer.setMetadata(name, url)
                #expect(await refusal(party) == .insecureURL, "\(url)")
            }
        }
    }

    @Test func `only an issuer on this machine may point to this machine`() throws {
        let far = try SecureURL.issuer("https://idp.test")
        for url in ["http://127.0.0.1/x", "http://localhost:1/x", "https://127.0.0.1/x", "https://[::1]/x"] {
            #expect(throws: OIDCError.self) { try far.endpoint(url, "the endpoint") }
            #expect(try SecureURL.issuer("http://localhost:1").endpoint(url, "the endpoint") == url)
        }
        #expect(
            try far.endpoint("https://login.idp.test:8443/x?y=z", "the endpoint") == "https://login.idp.test:8443/x?y=z"
        )
    }

    @Test func `the document lies below the issuer's path`() {
        #expect(DiscoveryDocument.url(of: "https://a.test") == "https://a.test/.well-known/openid-configuration")
        #expect(DiscoveryDocument.url(of: "https://a.test/b/") == "https://a.test/b/.well-known/openid-configuration")
    }
}
