import DevIdP
import Foundation
import HTTPTypes
import Hummingbird
import Testing

struct LogoutTests {
    private func url(_ stage: Stage, _ parameters: [String: String]) -> String {
        "\(stage.issuer)/logout?\(formEncoded(parameters.map { ($0.key, $0.value) }))"
    }

    @Test func `a client that shows its ID token ends the session`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let tokens = try await stage.tokens(stage.signUp(with: browser))
            // Also long after its end, and when its key does not sign any more.
            stage.clock.advance(by: .seconds(3000))
            try await stage.idp.rotateKeys()
            let answer = try await browser.get(
                url(
                    stage,
                    [
                        "id_token_hint": tokens.id, "post_logout_redirect_uri": Stage.signedOut,
                        "state": "a state & more",
                    ]
                )
            )
            #expect(answer.status == 303)
            #expect(answer.headers.first(name: "location") == "\(Stage.signedOut)?state=a%20state%20%26%20more")
            #expect(!browser.cookies.keys.contains { $0.hasSuffix("_session") })
            #expect(try await browser.get(stage.url(for: Party())).status == 200)
            #expect(try await stage.refresh(tokens.refresh).json("error") == "invalid_grant")
        }
    }

    @Test func `without a redirect URI a page says so`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let tokens = try await stage.tokens(stage.signUp(with: browser))
            let answer = try await browser.get(url(stage, ["id_token_hint": tokens.id, "state": "x"]))
            #expect(answer.status == 200 && answer.text.contains("<h1>Signed out</h1>"))
            #expect(try await browser.get(stage.url(for: Party())).status == 200)
        }
    }

    @Test func `without a hint it asks first`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            try await stage.signUp(with: browser)
            let parameters = ["client_id": "app", "post_logout_redirect_uri": Stage.signedOut, "state": "s"]
            for query in [[:], parameters] {
                let page = try await browser.get(url(stage, query))
                #expect(
                    page.status == 200 && page.text.contains("<h1>Sign out?</h1>") && page.text.contains("Ada Lovelace")
                )
                #expect(try await browser.get(stage.url(for: Party())).status == 303)
            }
            let page = try await browser.get(url(stage, parameters))
            let answer = try await browser.send(try #require(page.forms.first))
            #expect(answer.status == 303 && answer.headers.first(name: "location") == "\(Stage.signedOut)?state=s")
            #expect(try await browser.get(stage.url(for: Party())).status == 200)
        }
    }

    @Test func `a hint of somebody else ends their session, and asks about this one`() async throws {
        try await Stage.run { (stage) async throws in
            let (ada, bob) = (Browser(), Browser())
            try await stage.signUp(with: ada)
            let hint = try await stage.tokens(stage.signUp("Bob", "bob@example.com", with: bob)).id
            let page = try await ada.get(url(stage, ["id_token_hint": hint]))
            #expect(page.status == 200 && page.text.contains("<h1>Sign out?</h1>"))
            #expect(try await ada.get(stage.url(for: Party())).status == 303)
        }
    }

    @Test func `a form of another site ends the session that its ID token names`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let tokens = try await stage.tokens(stage.signUp(with: browser))
            // Such a form brings no cookies along.
            let answer = try await Browser().post("\(stage.issuer)/logout", [("id_token_hint", tokens.id)])
            #expect(answer.status == 200)
            #expect(try await browser.get(stage.url(for: Party())).status == 200)
        }
    }

    @Test func `what is no ID token of this provider is no hint`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let tokens = try await stage.tokens(stage.signUp(with: browser))
            let parts = tokens.id.split(separator: ".")
            let forged = [
                "nonsense", "a.b.c", "\(parts[0]).\(parts[1]).", "eyJhbGciOiJub25lIn0.\(parts[1]).",
                "\(parts[0]).\(parts[1]).\(String(parts[2].reversed()))",
            ]
            for hint in forged {
                let page = try await browser.get(url(stage, ["id_token_hint": hint]))
                #expect(page.text.contains("<h1>Sign out?</h1>"), "\(hint)")
            }
            #expect(try await browser.get(stage.url(for: Party())).status == 303)
        }
    }

    @Test(arguments: [
        "\(Stage.signedOut)/", "\(Stage.signedOut)?x=1", "http://evil.example/", "//evil.example", Stage.callback,
        "http://127.0.0.1:9@evil.example/signed-out",
    ])
    func `nobody is sent to an address that is not the client's`(uri: String) async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let tokens = try await stage.tokens(stage.signUp(with: browser))
            let hints = [["id_token_hint": tokens.id], ["client_id": "app"], [:]]
            for parameters in hints {
                let more = ["post_logout_redirect_uri": uri]
                let answer = try await browser.get(url(stage, parameters.merging(more) { $1 }))
                #expect(answer.status == 400 && answer.headers["location"].isEmpty)
            }
            #expect(try await browser.get(stage.url(for: Party())).status == 303)
        }
    }

    @Test func `a request that contradicts itself does nothing`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let tokens = try await stage.tokens(stage.signUp(with: browser))
            let bad = [
                "id_token_hint=\(tokens.id)&client_id=rival", "client_id=nobody",
                "post_logout_redirect_uri=\(Stage.signedOut)", "id_token_hint=\(tokens.id)&state=a&state=b",
            ]
            for query in bad {
                let answer = try await browser.get("\(stage.issuer)/logout?\(query)")
                #expect(answer.status == 400 && answer.headers["location"].isEmpty)
            }
            #expect(try await browser.get(stage.url(for: Party())).status == 303)
        }
    }

    @Test func `who is not signed in is sent on`() async throws {
        try await Stage.run { (stage) async throws in
            let query = ["client_id": "app", "post_logout_redirect_uri": Stage.signedOut]
            let answer = try await Browser().get(url(stage, query))
            #expect(answer.status == 303 && answer.headers.first(name: "location") == Stage.signedOut)
            #expect(try await Browser().get("\(stage.issuer)/logout").text.contains("<h1>Signed out</h1>"))
        }
    }

    @Test func `a logout leaves what is to work while nobody is there`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let online = try await stage.tokens(stage.signUp(with: browser))
            var party = Party()
            party.scope += " offline_access"
            let offline = try await stage.tokens(Login(browser.get(stage.url(for: party)), party))
            let waiting = try Login(await browser.get(stage.url(for: Party())), Party())
            _ = try await browser.get(url(stage, ["id_token_hint": online.id]))
            #expect(try await stage.refresh(online.refresh).json("error") == "invalid_grant")
            #expect(try await stage.redeem(waiting).json("error") == "invalid_grant")
            #expect(try await stage.refresh(offline.refresh).status == 200)
        }
    }

    @Test func `every client of the session hears of its end`() async throws {
        let heard = Remembered<[String: String]>()
        let port = FreePort.next()
        let clients = [Stage.app, Stage.rival, Stage.spa].map { client in
            var client = client
            client.backChannelLogoutURI = "http://127.0.0.1:\(port)/\(client.id)"
            return client
        }
        let router = Router()
        router.post("/:client") { request, context in
            let client = try context.parameters.require("client")
            let body = String(buffer: try await request.body.collect(upTo: 1 << 16))
            heard.change { $0[client] = body }
            // One that fails keeps nobody from hearing.
            return client == "app" ? HTTPResponse.Status.badRequest : .ok
        }
        let (running, announce) = AsyncStream<Void>.makeStream()
        let listener = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: Int(port))),
            onServerRunning: { _ in announce.finish() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await listener.runService(gracefulShutdownSignals: [])
            }
            for await _ in running {}
            try await Stage.run(clients: clients) { (stage) async throws in
                let browser = Browser()
                let tokens = try await stage.tokens(stage.signUp(with: browser))
                _ = try Login(await browser.get(stage.url(for: .rival)), .rival)
                let session = try await stage.claims(tokens.id)
                let answer = try await browser.get(url(stage, ["id_token_hint": tokens.id]))
                #expect(answer.status == 200)
                // Not the one that nobody signed in to.
                #expect(heard.value?.keys.sorted() == ["app", "rival"])
                let body = try #require(heard.value?["rival"])
                let token = try #require(body.split(separator: "=", maxSplits: 1).last)
                #expect(body.hasPrefix("logout_token="))
                let claims = try await stage.claims(String(token))
                #expect(claims.iss == stage.issuer && claims.aud == "rival" && claims.nonce == nil)
                #expect(claims.sub == session.sub && claims.sid == session.sid && claims.jti != nil)
                #expect(claims.events == ["http://schemas.openid.net/event/backchannel-logout": [:]])
            }
            group.cancelAll()
        }
    }
}
