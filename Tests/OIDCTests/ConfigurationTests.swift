import Foundation
import Testing

@testable import OIDC

struct ConfigurationTests {
    private func configuration(_ change: (inout ProviderConfiguration) -> Void = { _ in }) -> ProviderConfiguration {
        var configuration = ProviderConfiguration(
            name: "google",
            title: "Google",
            issuer: "https://accounts.google.com",
            clientID: "daybook",
            clientSecret: "hush"
        )
        change(&configuration)
        return configuration
    }

    private func refusal(_ change: (inout ProviderConfiguration) -> Void) -> OIDCError.Code? {
        do throws(OIDCError) {
            try configuration(change).validate()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `an issuer is https, or on this machine`() {
        for issuer in [
            "https://accounts.google.com", "https://idp.test/realms/a", "https://idp.test:8443/",
            "http://localhost:8080",
            "http://127.0.0.1:1/x", "http://127.1.2.3", "http://[::1]:8080",
        ] {
            #expect(refusal { $0.issuer = issuer } == nil, "\(issuer)")
        }
        for issuer in [
            "http://idp.test", "http://localhost.idp.test", "http://127.0.0.1.idp.test", "http://127.0.0.256",
            "http://10.0.0.1",
            "idp.test", "", "https://", "https://idp.test?x=y", "https://idp.test?", "https://idp.test#x",
            "https://a@idp.test", "https://idp.test/ü", "https://idp.test /", "HTTP://idp.test",
        ] {
            #expect(refusal { $0.issuer = issuer } == .insecureURL, "\(issuer)")
        }
    }

    @Test func `every setting has its rule`() {
        #expect(refusal { $0.name = "" } == .invalidConfiguration)
        #expect(refusal { $0.clientID = "" } == .invalidConfiguration)
        #expect(refusal { $0.clientSecret = "" } == .invalidConfiguration)
        #expect(refusal { $0.clientSecret = nil } == nil)
        #expect(refusal { $0.scopes = ["email"] } == .invalidConfiguration)
        #expect(refusal { $0.scopes = ["openid", "a b"] } == .invalidConfiguration)
        #expect(refusal { $0.algorithms = [] } == .invalidConfiguration)
        #expect(refusal { $0.clockSkewSeconds = 121 } == .invalidConfiguration)
        #expect(refusal { $0.clockSkewSeconds = -1 } == .invalidConfiguration)
        #expect(refusal { $0.clockSkewSeconds = 120 } == nil)
    }

    @Test func `what has a default may be left out`() throws {
        let text = #"{"name":"dev","issuer":"http://localhost:1","client_id":"daybook"}"#
        let read = try JSONDecoder().decode(ProviderConfiguration.self, from: Data(text.utf8))
        #expect(
            read == ProviderConfiguration(name: "dev", title: "dev", issuer: "http://localhost:1", clientID: "daybook")
        )
        #expect(read.scopes == ["openid", "email", "profile"])
        #expect(read.algorithms == [.rs256, .es256, .edDSA])
        #expect(read.clockSkewSeconds == 30)
        #expect(!read.trustsEmail)
        let whole = configuration {
            $0.algorithms = [.ps256]
            $0.trustsEmail = true
        }
        #expect(try JSONDecoder().decode(ProviderConfiguration.self, from: JSONEncoder().encode(whole)) == whole)
    }

    @Test(arguments: ["HS256", "none", "RS512", "rs256"])
    func `an algorithm that is not verified cannot be named`(name: String) {
        let text = #"{"name":"dev","issuer":"http://localhost:1","client_id":"daybook","algorithms":["\#(name)"]}"#
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ProviderConfiguration.self, from: Data(text.utf8))
        }
    }

    @Test func `no log shows the secret`() {
        #expect("\(configuration())" == "google (https://accounts.google.com, client daybook)")
        #expect(!String(reflecting: configuration()).contains("hush"))
    }

    @Test func `every code says whose turn it is, and is not given twice`() {
        #expect(Set(OIDCError.Code.allCases.map(\.rawValue)).count == OIDCError.Code.allCases.count)
        #expect(OIDCError.Code.allCases.allSatisfy { $0.rawValue.hasPrefix("oidc.") })
        #expect(OIDCError.Code.timedOut.kind == .unavailable)
        #expect(OIDCError.Code.discoveryMismatch.kind == .misconfigured)
        #expect(OIDCError.Code.nonceMismatch.kind == .refused)
    }
}
