import Foundation
import TestSupport
import Testing

struct LoginTests {
    @Test func `a provider's answer is good once, in the browser that asked for it`() async throws {
        try await Installation.run { (installation) async throws in
            let provider = try await DevProvider.start(for: installation)
            let server = try await installation.serve(options: provider.site.options, port: provider.site.port)
            let origin = server.url

            let ada = Browser(stoppingAt: "\(origin)/auth/callback")
            let answer = try await provider.logIn("Ada", "ada@example.com", in: ada, at: origin).url
            #expect(answer.contains("code="))
            let eve = Browser()
            #expect(try await eve.open(answer).json["code"].text == "auth.no_attempt")
            #expect(
                try await ada.open(answer.replacing("state=", with: "state=x")).json["code"].text == "auth.no_attempt"
            )

            let code = try #require(answer.firstMatch(of: #/code=([^&]+)/#)?.1)
            let forged = try await ada.open(answer.replacing("code=\(code)", with: "code=forged"))
            #expect(forged.status == 401 && forged.json["code"].text == "auth.login_refused", "\(forged.text)")
            let entered = try await ada.open(answer)
            #expect(entered.status == 200 && entered.json["email"].text == "ada@example.com", "\(entered.text)")
            #expect(try await ada.open(answer).json["code"].text == "auth.no_attempt")

            // Who cancels is told so, and stays out.
            let bob = Browser()
            let page = try await bob.open("\(origin)/auth/login")
            let fields =
                try page.form(with: ("choice", "newcomer")).filter { $0.0 != "choice" } + [("choice", "cancel")]
            #expect(
                try await bob.send(fields, to: "\(provider.url)/authorize").json["code"].text == "auth.login_refused"
            )
            #expect(try await bob.open("\(origin)/auth/session").status == 401)
            await provider.stop()
        }
    }

    @Test func `a login leads nowhere but to the installation's own pages`() async throws {
        try await Installation.run { (installation) async throws in
            let provider = try await DevProvider.start(for: installation)
            let server = try await installation.serve(options: provider.site.options, port: provider.site.port)
            for path in [
                "https://evil.example", "//evil.example", "/%5Cevil.example", "evil", "/a%0d%0aSet-Cookie:x=y", "",
            ] {
                let page = try await Browser().open("\(server.url)/auth/login?return_to=\(path)")
                #expect(page.status == 400 && page.json["code"].text == "auth.bad_return", "\(path): \(page.text)")
            }
            let unknown = try await Browser().open("\(server.url)/auth/login?provider=nobody")
            #expect(unknown.json["code"].text == "auth.provider_not_found")

            let ada = Browser()
            let begun = try await ada.open("\(server.url)/auth/login?return_to=/auth/sessions")
            let fields = try begun.form(with: ("choice", "newcomer")) + [("name", "Ada"), ("email", "ada@example.com")]
            let sessions = try await ada.send(fields, to: "\(provider.url)/authorize")
            #expect(sessions.url == "\(server.url)/auth/sessions" && sessions.json["items"].items.count == 1)
            await provider.stop()
        }
    }

    @Test func `one's sessions are listed, and each can be ended from another`() async throws {
        try await Installation.run { (installation) async throws in
            let provider = try await DevProvider.start(for: installation)
            let server = try await installation.serve(options: provider.site.options, port: provider.site.port)
            let (laptop, phone) = (Browser(), Browser())
            try await provider.logIn("Ada", "ada@example.com", in: laptop, at: server.url)
            let page = try await phone.open("\(server.url)/auth/login")
            let person = try #require(page.text.firstMatch(of: #/name="person" value="([^"]+)"/#)?.1)
            let fields = try page.form(with: ("choice", "person")) + [("person", String(person))]
            #expect(try await phone.send(fields, to: "\(provider.url)/authorize").status == 200)

            let items = try await laptop.open("\(server.url)/auth/sessions").json["items"].items
            #expect(items.count == 2 && items.count { $0["current"].bool == true } == 1)
            let other = try #require(items.first { $0["current"].bool == false }?["id"].text)
            let gone = try await laptop.send(.DELETE, nil, to: "\(server.url)/auth/sessions/\(other)")
            #expect(gone.status == 204)
            #expect(try await phone.open("\(server.url)/auth/session").status == 401)
            #expect(try await laptop.open("\(server.url)/auth/session").status == 200)

            // A token that is replaced stays good for a moment, in the cookie it is new.
            let old = try #require(laptop.cookie("daybook-account", at: server.url))
            #expect(try await laptop.send(.POST, nil, to: "\(server.url)/auth/session/refresh").json["token"] == .null)
            #expect(laptop.cookie("daybook-account", at: server.url) != old)
            #expect(try await laptop.open("\(server.url)/auth/session").status == 200)

            let eve = Browser()
            try await provider.logIn("Eve", "eve@example.com", in: eve, at: server.url)
            let mine = try #require(items.first { $0["current"].bool == true }?["id"].text)
            #expect(try await eve.send(.DELETE, nil, to: "\(server.url)/auth/sessions/\(mine)").status == 404)
            await provider.stop()
        }
    }
}
