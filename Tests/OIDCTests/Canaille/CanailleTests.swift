import Foundation
import TestSupport
import Testing

@testable import OIDC

/// The whole flow against a provider that is not ours.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct CanailleTests {
    fileprivate static let callback = "http://127.0.0.1:9/callback"
    fileprivate static let afterLogout = "http://127.0.0.1:9/bye"

    /// One who logs in there, and a client of ours.
    fileprivate struct Party {
        let canaille: CanailleServer
        let browser: Browser
        let provider: Provider
        let time: ManualClocks

        /// From the login page to the answer's query.
        func answer(to login: Login, expectsForms: Bool = false) async throws -> [String: String] {
            let url = try await provider.authorizationURL(for: login, redirectURI: CanailleTests.callback)
            var end = try await browser.open(url, home: CanailleTests.callback)
            var submitted: [String] = []
            while case .page(let page) = end {
                let fields: [String: String]
                if page.text.contains("name=\"password\"") {
                    fields = ["password": canaille.facts.password]
                } else if page.text.contains("name=\"login\"") {
                    fields = ["login": canaille.facts.user]
                } else if page.text.contains("value=\"accept\"") {
                    fields = ["answer": "accept"]
                } else {
                    throw Browser.Lost(description: "\(page.status) at \(page.url): \(page.text.prefix(2000))")
                }
                submitted += fields.keys
                guard submitted.count < 6 else {
                    throw Browser.Lost(description: "the forms were not taken: \(submitted)")
                }
                end = try await browser.submit(page, fields, home: CanailleTests.callback)
            }
            if expectsForms { #expect(submitted == ["login", "password", "answer"]) }
            guard case .away(let answer) = end else { preconditionFailure("the loop ends elsewhere") }
            let items = try #require(URLComponents(string: answer)?.queryItems)
            return Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value ?? "") })
        }

        func redeem(_ answer: [String: String], _ login: Login) async throws -> VerifiedIdentity {
            #expect(login.answers(answer["state"] ?? ""))
            return try await provider.redeem(
                code: try #require(answer["code"], "\(answer)"),
                login: login,
                redirectURI: CanailleTests.callback,
                responseIssuer: answer["iss"]
            )
        }

        func logIn() async throws -> VerifiedIdentity {
            let login = provider.login()
            return try await redeem(try await answer(to: login), login)
        }
    }

    private func run(isPublic: Bool = false, _ test: (Party) async throws -> Void) async throws {
        try await CanailleServer.run(callback: Self.callback, afterLogout: Self.afterLogout) {
            (canaille) async throws in
            try await Browser.run { (browser) async throws in
                try await withClient { client in
                    let configuration = ProviderConfiguration(
                        name: "canaille",
                        title: "Canaille",
                        issuer: canaille.facts.issuer,
                        clientID: isPublic ? canaille.facts.publicClient : canaille.facts.client,
                        clientSecret: isPublic ? nil : canaille.facts.secret
                    )
                    let time = ManualClocks()
                    let provider = try Provider(configuration, client: client, logger: .silent, clocks: time.clocks)
                    try await test(Party(canaille: canaille, browser: browser, provider: provider, time: time))
                }
            }
        }
    }

    @Test(arguments: [false, true])
    func `somebody logs in, with the client's secret or without one`(isPublic: Bool) async throws {
        try await run(isPublic: isPublic) { (party) async throws in
            let login = party.provider.login()
            let answer = try await party.answer(to: login, expectsForms: true)
            #expect(answer["iss"] == party.canaille.facts.issuer)
            let identity = try await party.redeem(answer, login)
            #expect(identity.issuer == party.canaille.facts.issuer)
            #expect(identity.subject == party.canaille.facts.user)
            #expect(identity.email == party.canaille.facts.email)
            // Canaille says nothing of that.
            #expect(!identity.emailIsVerified)
            #expect(identity.name == party.canaille.facts.name)
            #expect(try #require(identity.authenticatedAt).timeIntervalSince1970 > party.time.seconds - 60)
        }
    }

    @Test func `another verifier redeems nothing, and another's answer neither`() async throws {
        try await run { (party) async throws in
            let (login, other) = (party.provider.login(), party.provider.login())
            let answer = try await party.answer(to: login)
            let code = try #require(answer["code"])
            #expect(!other.answers(answer["state"] ?? ""))
            do throws(OIDCError) {
                _ = try await party.provider.redeem(
                    code: code,
                    login: other,
                    redirectURI: CanailleTests.callback,
                    responseIssuer: answer["iss"]
                )
                Issue.record("the code was redeemed")
            } catch {
                #expect(error.code == .providerRefused)
                #expect(error.answer?.error == "invalid_grant")
                #expect(!"\(error)".contains(code))
            }
            let unnamed = await errorCode { () async throws(OIDCError) in
                _ = try await party.provider.redeem(
                    code: code,
                    login: login,
                    redirectURI: CanailleTests.callback,
                    responseIssuer: nil
                )
            }
            #expect(unnamed == .responseIssuerMissing)
        }
    }

    @Test func `a code is redeemed once`() async throws {
        try await run { (party) async throws in
            let login = party.provider.login()
            let answer = try await party.answer(to: login)
            _ = try await party.redeem(answer, login)
            let error = await #expect(throws: OIDCError.self) { try await party.redeem(answer, login) }
            #expect(error?.code == .providerRefused)
            #expect(error?.answer?.error == "invalid_grant")
        }
    }

    @Test func `a rotation of keys is followed`() async throws {
        try await run { (party) async throws in
            _ = try await party.logIn()
            try await party.canaille.tell("rotate")
            let tooSoon = await #expect(throws: OIDCError.self) { try await party.logIn() }
            #expect(tooSoon?.code == .unknownKey)
            party.time.advance(.seconds(10))
            let first = try await party.logIn()
            try await party.canaille.tell("rotate")
            try await party.canaille.tell("forget")
            party.time.advance(.seconds(10))
            let second = try await party.logIn()
            // What the forgotten key has signed is refused now.
            let set = try await party.keyIDs()
            #expect(set == [try SignedToken(second.idToken, types: IDToken.types).keyID])
            let refused = await errorCode { () async throws(OIDCError) in
                try await party.provider.keys.verify(
                    try SignedToken(first.idToken, types: IDToken.types),
                    accepting: [.rs256]
                )
            }
            #expect(refused == .unknownKey)
        }
    }

    @Test func `a wrong secret is a setting that is wrong, not a login that is`() async throws {
        try await run { (party) async throws in
            let login = party.provider.login()
            let answer = try await party.answer(to: login)
            try await withClient { client in
                var configuration = party.provider.configuration
                configuration.clientSecret = "another"
                let provider = try Provider(configuration, client: client, logger: .silent)
                let error = await errorCode { () async throws(OIDCError) in
                    _ = try await provider.redeem(
                        code: answer["code"] ?? "",
                        login: login,
                        redirectURI: CanailleTests.callback,
                        responseIssuer: answer["iss"]
                    )
                }
                #expect(error == .clientRefused)
                #expect(error?.kind == .misconfigured)
            }
        }
    }

    @Test func `logging out there ends the session there`() async throws {
        try await run { (party) async throws in
            let identity = try await party.logIn()
            // The provider still knows who it is, so it asks for no password.
            guard case .away(let known) = try await party.browser.open(silently(party), home: CanailleTests.callback)
            else {
                Issue.record("it asks")
                return
            }
            #expect(known.contains("code="))

            let url = try #require(
                try await party.provider.logoutURL(
                    idTokenHint: identity.idToken,
                    postLogoutRedirectURI: CanailleTests.afterLogout,
                    state: "bye 1"
                )
            )
            guard case .away(let after) = try await party.browser.open(url, home: CanailleTests.afterLogout) else {
                Issue.record("it does not send the browser back")
                return
            }
            #expect(after.hasSuffix("?state=bye+1") || after.hasSuffix("?state=bye%201"), "\(after)")

            guard case .away(let unknown) = try await party.browser.open(silently(party), home: CanailleTests.callback)
            else {
                Issue.record("it asks")
                return
            }
            #expect(unknown.contains("error=login_required"))
        }
    }
}

/// Where a login begins that asks nothing of whoever is known there.
private func silently(_ party: CanailleTests.Party) async throws -> String {
    try await party.provider.authorizationURL(
        for: party.provider.login(),
        redirectURI: CanailleTests.callback,
        prompt: LoginPrompt.none
    )
}

extension CanailleTests.Party {
    /// What the provider publishes now.
    fileprivate func keyIDs() async throws -> [String?] {
        let body = try await provider.client.get(try await provider.metadata().keysEndpoint, "the keys").body
        let document = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return (document?["keys"] as? [[String: Any]] ?? []).map { $0["kid"] as? String }
    }
}
