import Foundation
import Testing

@testable import OIDC

struct ProviderAwayTests {
    private static let discovery = "/.well-known/openid-configuration"

    @Test(arguments: [ProviderAwayTests.discovery, "/keys", "/token"])
    func `every way to be away is told apart, and takes no longer than it may`(path: String) async throws {
        let faults: [(LoopbackIssuer.Fault, OIDCError.Code)] = [
            (.status(500), path == "/token" ? .providerBusy : .badAnswer),
            (.status(204), .badAnswer),
            (.body("<html>Welcome to the hotel's network"), .badAnswer),
            (.body(#"["an array"]"#), .badAnswer),
            (.body(String(repeating: "[", count: 100_000)), .badAnswer),
            (.oversized, .answerTooLarge),
            (.redirect(to: "https://elsewhere.test/"), .badAnswer),
            (.silent, .timedOut),
            (.stalling, .timedOut),
        ]
        for (fault, code) in faults {
            let timeout: Duration = code == .timedOut ? .seconds(1) : .seconds(60)
            try await RelyingParty.run(timeout: timeout) { (party) async throws in
                party.issuer.setFault(fault, at: path)
                var found: OIDCError.Code?
                let time = await ContinuousClock().measure { found = await party.refusal([:]) }
                #expect(found == code, "\(fault)")
                #expect(found?.kind == .unavailable)
                #expect(time < .seconds(30), "\(fault) took \(time)")
            }
        }
    }

    @Test func `a provider that nobody listens for is unreachable`() async throws {
        try await withClient { client in
            let configuration = ProviderConfiguration(
                name: "t",
                title: "T",
                issuer: "http://127.0.0.1:1",
                clientID: "c"
            )
            let provider = try Provider(configuration, client: client, logger: .silent)
            let error = await errorCode { () async throws(OIDCError) in
                _ = try await provider.authorizationURL(for: provider.login(), redirectURI: "r")
            }
            #expect(error == .unreachable)
            #expect(error?.kind == .unavailable)
        }
    }

    @Test func `metadata serve on for a day while the provider is away`() async throws {
        try await RelyingParty.run { (party) async throws in
            func isKnown() async -> Bool {
                await errorCode { () async throws(OIDCError) in
                    _ = try await party.provider.authorizationURL(for: party.login, redirectURI: "r")
                } == nil
            }
            #expect(await isKnown())
            party.issuer.setFault(.status(500), at: Self.discovery)
            party.time.advance(.seconds(25 * 3600 - 1))
            #expect(await isKnown())
            #expect(await isKnown())
            #expect(party.issuer.requests(Self.discovery).count == 2)
            party.time.advance(.seconds(1))
            #expect(await !isKnown())
            party.issuer.setFault(nil, at: Self.discovery)
            party.time.advance(.seconds(60))
            #expect(await isKnown())
        }
    }

    @Test func `all who come at once wait for one fetch`() async throws {
        try await RelyingParty.run { (party) async throws in
            try await withThrowingTaskGroup { group in
                for _ in 0..<50 {
                    group.addTask { try await party.provider.authorizationURL(for: party.login, redirectURI: "r") }
                }
                try await group.waitForAll()
            }
            #expect(party.issuer.requests(Self.discovery).count == 1)
        }
    }
}
