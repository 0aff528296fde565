import Foundation
import TestSupport
import Testing

struct IdentityTests {
    private struct Stage {
        let provider: DevProvider
        let installation: Installation
        let origin: String

        /// Fills in who comes back, at the provider's page: somebody new to it.
        func answer(_ page: Browser.Page, as name: String, in browser: Browser) async throws -> Browser.Page {
            let fields = try page.form(with: ("choice", "newcomer"))
            let who = [("name", name), ("email", "\(name)@example.com"), ("verified", "yes")]
            return try await browser.send(fields + who, to: "\(provider.url)/authorize")
        }

        /// The same with the one person whom the provider knows by this name.
        func answer(_ page: Browser.Page, asKnown name: String, in browser: Browser) async throws -> Browser.Page {
            let person = try Regex("name=\"person\" value=\"([^\"]+)\"[^>]*>\(name) ", as: (Substring, Substring).self)
            let subject = try #require(page.text.firstMatch(of: person)?.1, "\(page.text)")
            let fields = try page.form(with: ("choice", "person")) + [("person", String(subject))]
            return try await browser.send(fields, to: "\(provider.url)/authorize")
        }

        func identities(of browser: Browser) async throws -> [JSON] {
            try await browser.open("\(origin)/auth/identities").json["items"].items
        }
    }

    private static let ownPage = ["sec-fetch-site": "same-origin"]

    private func run(_ body: (Stage) async throws -> Void) async throws {
        try await Installation.run { (installation) async throws in
            let provider = try await DevProvider.start(for: installation)
            let server = try await installation.serve(options: provider.site.options, port: provider.site.port)
            try await body(Stage(provider: provider, installation: installation, origin: server.url))
            await provider.stop()
        }
    }

    @Test func `who logs out is told where to log out at the provider, and a logout there ends the session here`()
        async throws
    {
        try await run { (stage) async throws in
            let (origin, provider) = (stage.origin, stage.provider)
            let ada = Browser()
            try await provider.logIn("Ada", "ada@example.com", in: ada, at: origin)
            let left = try await ada.send(.POST, [:], to: "\(origin)/auth/logout")
            let url = try #require(left.json["provider_logout_url"].text)
            #expect(left.status == 200 && url.hasPrefix("\(provider.url)/logout?"), "\(left.text)")
            #expect(url.contains("client_id=daybook") && !url.contains("id_token_hint"))
            #expect(try await ada.open("\(origin)/auth/session").status == 401)

            // In by single sign-on; out at the provider, which tells of it.
            #expect(try await ada.open("\(origin)/auth/login").status == 200)
            let bob = Browser()
            try await provider.logIn("Bob", "bob@example.com", in: bob, at: origin)
            let question = try await ada.open(url)
            let out = Browser.Page(url: url, status: 0, text: question.text)
            let fields = try out.form(asking: "csrf") + [("choice", "logout")]
            _ = try await ada.send(fields, to: "\(provider.url)/logout")
            try await eventually("the session is over") {
                try await ada.open("\(origin)/auth/session").status == 401
            }
            #expect(try await bob.open("\(origin)/auth/session").status == 200)

            let forged = try await bob.send(
                [("logout_token", "e30.e30.e30")],
                to: "\(origin)/auth/backchannel-logout/dev"
            )
            #expect(forged.status == 400 && forged.json["code"].text == "auth.bad_logout_token", "\(forged.text)")
        }
    }

    @Test func `a second identity is linked by whoever is logged in, and by nobody else`() async throws {
        try await run { (stage) async throws in
            let (origin, provider) = (stage.origin, stage.provider)
            let ada = Browser()
            try await provider.logIn("ada", "ada@example.com", in: ada, at: origin)
            let begin = "\(origin)/auth/login?link=true&prompt=select_account"
            // Another site's page cannot begin it, nor somebody who is not logged in.
            #expect(try await ada.open(begin).json["code"].text == "auth.foreign_origin")
            let cross = try await ada.open(begin, headers: ["sec-fetch-site": "cross-site"])
            #expect(cross.json["code"].text == "auth.foreign_origin")
            let nobody = try await Browser().open(begin, headers: Self.ownPage)
            #expect(nobody.json["code"].text == "auth.link_without_session")

            let page = try await ada.open(begin, headers: Self.ownPage)
            let linked = try await stage.answer(page, as: "countess", in: ada)
            #expect(linked.url == "\(origin)/auth/session" && linked.json["email"].text == "ada@example.com")
            #expect(try await stage.identities(of: ada).count == 2)

            // Each of the two finds the one account; the first says what the address is.
            let phone = Browser()
            let asked = try await phone.open("\(origin)/auth/login")
            let entered = try await stage.answer(asked, asKnown: "countess", in: phone)
            #expect(entered.json["id"] == linked.json["id"] && entered.json["email"].text == "ada@example.com")

            // What is another's stays another's.
            let eve = Browser()
            try await provider.logIn("eve", "eve@example.com", in: eve, at: origin)
            let wanted = try await eve.open(begin, headers: Self.ownPage)
            let taken = try await stage.answer(wanted, asKnown: "countess", in: eve)
            #expect(taken.status == 409 && taken.json["code"].text == "identity.taken", "\(taken.text)")
            #expect(try await stage.identities(of: eve).count == 1)

            // Whoever has logged out meanwhile links nothing.
            let late = try await eve.open(begin, headers: Self.ownPage)
            _ = try await eve.send(.POST, [:], to: "\(origin)/auth/logout")
            let refused = try await stage.answer(late, as: "mallory", in: eve)
            #expect(refused.status == 401 && refused.json["code"].text == "auth.link_without_session")

            // One of two is taken away with what came by it, the last is not.
            let ids = try await stage.identities(of: ada).compactMap { $0["id"].text }
            let gone = try await ada.send(.DELETE, nil, to: "\(origin)/auth/identities/\(ids[1])")
            #expect(gone.status == 204, "\(gone.text)")
            #expect(try await phone.open("\(origin)/auth/session").status == 401)
            #expect(try await ada.open("\(origin)/auth/session").status == 200)
            let last = try await ada.send(.DELETE, nil, to: "\(origin)/auth/identities/\(ids[0])")
            #expect(last.status == 409 && last.json["code"].text == "identity.last", "\(last.text)")
        }
    }

    @Test func `what is dangerous asks for a recent login, which the same session gets by showing again who it is`()
        async throws
    {
        try await run { (stage) async throws in
            let origin = stage.origin
            // No request of the session before its login is made to be old, so that the server remembers nothing of it.
            let ada = Browser(stoppingAt: "\(origin)/auth/session")
            try await stage.provider.logIn("ada", "ada@example.com", in: ada, at: origin)
            try stage.installation.control().execute(
                "UPDATE rm.sessions SET authenticated_at = now() - interval '1 hour'"
            )
            let everywhere: JSON = ["all": true]
            let refused = try await ada.send(.POST, everywhere, to: "\(origin)/auth/logout")
            #expect(refused.status == 401 && refused.json["code"].text == "auth.step_up_required", "\(refused.text)")
            let way = try #require(refused.json["login_url"].text)
            #expect(way == "/auth/login?max_age=300&provider=dev")
            let link = try await ada.open("\(origin)/auth/login?link=true", headers: Self.ownPage)
            #expect(link.json["code"].text == "auth.step_up_required", "\(link.text)")
            let identity = try #require(try await stage.identities(of: ada)[0]["id"].text)
            let unlink = try await ada.send(.DELETE, nil, to: "\(origin)/auth/identities/\(identity)")
            #expect(unlink.json["code"].text == "auth.step_up_required")

            // The provider asks again, and the session stays the same one.
            let token = ada.cookie("daybook-account", at: origin)
            let page = try await ada.open("\(origin)/auth/login?max_age=0&provider=dev")
            #expect(page.text.contains("signed in here"))
            _ = try await stage.answer(page, asKnown: "ada", in: ada)
            #expect(ada.cookie("daybook-account", at: origin) == token)
            let last = try await ada.send(.DELETE, nil, to: "\(origin)/auth/identities/\(identity)")
            #expect(last.status == 409, "\(last.text)")
            let over = try await ada.send(.POST, everywhere, to: "\(origin)/auth/logout")
            #expect(over.status == 200, "\(over.text)")
        }
    }
}
