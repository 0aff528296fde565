import DevIdP
import Foundation
import Testing

struct RefusalTests {
    @Test(arguments: ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST"])
    func `it starts in development on loopback`(host: String) {
        #expect(DevIdP.refusal(environment: "development", host: host, isForced: false) == nil)
    }

    @Test(arguments: [
        "0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "example.com", "localhost.example.com",
        "127.0.0.1.example.com", "127.1.example.com", "::2", "", "::ffff:10.0.0.1",
    ])
    func `it does not start where other machines reach it`(host: String) throws {
        let text = try #require(DevIdP.refusal(environment: "development", host: host, isForced: false))
        #expect(text.contains("127.0.0.1") && text.contains("--force") && text.contains("without a password"))
    }

    @Test(arguments: ["production", "staging", "", "Development", "development "])
    func `it does not start outside development`(environment: String) throws {
        let text = try #require(DevIdP.refusal(environment: environment, host: "127.0.0.1", isForced: false))
        #expect(text.contains("\"\(environment)\"") && text.contains("--force"))
    }

    @Test func `forced it starts anywhere`() {
        #expect(DevIdP.refusal(environment: "production", host: "0.0.0.0", isForced: true) == nil)
    }
}

struct ConfigurationTests {
    private func configuration(
        issuer: String = "http://localhost:8090",
        _ clients: [DevIdP.Client] = [Stage.app]
    ) throws -> (DevIdP.Configuration, TemporaryFolder) {
        let folder = try TemporaryFolder()
        var configuration = DevIdP.Configuration(issuer: issuer, folder: folder.path, clients: clients)
        configuration.algorithm = .es256
        return (configuration, folder)
    }

    @Test(arguments: [
        "http://localhost:8090", "https://login.example.com", "http://[::1]:8090/idp", "http://a/b/c-d_e.f",
    ])
    func `an issuer may be any URL of http with a plain path`(issuer: String) throws {
        let (configuration, folder) = try configuration(issuer: issuer)
        _ = try DevIdP(configuration)
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: [
        "", "localhost:8090", "ftp://localhost", "http://", "http://localhost/", "http://localhost/a//b",
        "http://localhost?x=1", "http://localhost#x", "http://ada@localhost", "http://localhost/:id",
        "http://localhost/*",
    ])
    func `what is no issuer is refused`(issuer: String) throws {
        let (configuration, folder) = try configuration(issuer: issuer)
        #expect(throws: DevIdP.ConfigurationError.self) { try DevIdP(configuration) }
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: [
        DevIdP.Client(id: "", redirectURIs: ["http://a/b"]),
        DevIdP.Client(id: "a", redirectURIs: []),
        DevIdP.Client(id: "a", secret: "short", redirectURIs: ["http://a/b"]),
        DevIdP.Client(id: "a", redirectURIs: ["http://a/b#c"]),
        DevIdP.Client(id: "a", redirectURIs: ["/b"]),
        DevIdP.Client(id: "a", redirectURIs: ["javascript:alert(1)"]),
        DevIdP.Client(id: "a", redirectURIs: ["http://a/b c"]),
        DevIdP.Client(id: "a", redirectURIs: ["http:///b"]),
        DevIdP.Client(id: "a", redirectURIs: ["http://a/b"], postLogoutRedirectURIs: ["data:text/html,x"]),
        DevIdP.Client(id: "a", redirectURIs: ["http://a/b"], backChannelLogoutURI: "app://logout"),
    ])
    func `what is no client is refused`(client: DevIdP.Client) throws {
        let (configuration, folder) = try configuration([client])
        #expect(throws: DevIdP.ConfigurationError.self) { try DevIdP(configuration) }
        withExtendedLifetime(folder) {}
    }

    @Test func `two clients of one id and lifetimes of nothing are refused`() throws {
        var (configuration, folder) = try configuration([Stage.app, Stage.app])
        #expect(throws: DevIdP.ConfigurationError.self) { try DevIdP(configuration) }
        configuration.clients = [Stage.app]
        configuration.lifetimes.code = .zero
        #expect(throws: DevIdP.ConfigurationError.self) { try DevIdP(configuration) }
        withExtendedLifetime(folder) {}
    }
}
