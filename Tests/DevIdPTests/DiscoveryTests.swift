import DevIdP
import Foundation
import Testing

struct DiscoveryTests {
    @Test(arguments: ["", "/idp", "/tenants/one.idp"])
    func `the metadata name every endpoint below the issuer`(path: String) async throws {
        try await Stage.run(path: path) { (stage) async throws in
            let answer = try await Browser().get("\(stage.issuer)/.well-known/openid-configuration")
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "content-type") == "application/json")
            #expect(try answer.json("issuer") == stage.issuer)
            let endpoints = [
                "authorization_endpoint": "/authorize", "token_endpoint": "/token", "userinfo_endpoint": "/userinfo",
                "jwks_uri": "/jwks.json", "revocation_endpoint": "/revoke", "end_session_endpoint": "/logout",
            ]
            for (name, path) in endpoints {
                #expect(try answer.json(name) == stage.issuer + path)
                // Nothing is answered by 404: the endpoint is there.
                let there = try await Browser().get(stage.issuer + path)
                let posted = try await Browser().post(stage.issuer + path, [])
                #expect(there.status != 404 || posted.status != 404, "\(path)")
            }
            let metadata = try answer.json
            #expect(metadata["response_types_supported"] as? [String] == ["code"])
            #expect(metadata["code_challenge_methods_supported"] as? [String] == ["S256"])
            #expect(metadata["id_token_signing_alg_values_supported"] as? [String] == ["ES256"])
            #expect(metadata["subject_types_supported"] as? [String] == ["public"])
            #expect(metadata["authorization_response_iss_parameter_supported"] as? Bool == true)
            #expect(metadata["request_uri_parameter_supported"] as? Bool == false)
            #expect(metadata["backchannel_logout_session_supported"] as? Bool == true)
        }
    }

    @Test func `an issuer with a path works from the login to the tokens`() async throws {
        try await Stage.run(path: "/idp") { (stage) async throws in
            let browser = Browser()
            let tokens = try await stage.tokens(stage.signUp(with: browser))
            #expect(try await stage.claims(tokens.id).iss == stage.issuer)
            let again = try Login(await browser.get(stage.url(for: Party())), Party())
            #expect(again.parameters["code"] != nil)
        }
    }
}
