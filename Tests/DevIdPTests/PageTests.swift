import DevIdP
import Foundation
import Testing

struct PageTests {
    private static let hostile = "<script>alert('x')</script> & \"Ada\""
    private static let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Ada&quot;"

    @Test func `HTML in a name is text on every page`() async throws {
        let client = DevIdP.Client(
            id: "<i>app</i>",
            name: Self.hostile,
            redirectURIs: ["http://127.0.0.1:9/b"],
            postLogoutRedirectURIs: []
        )
        try await Stage.run(clients: [client]) { (stage) async throws in
            let browser = Browser()
            let party = Party(client: client, redirectURI: client.redirectURIs[0])
                .with(["state": Self.hostile, "prompt": "login"])
            try await stage.signUp(Self.hostile, "a'b&c@example.com", with: browser, at: party)
            let pages = [
                stage.url(for: party.with(["login_hint": "\"><script>@x"])), "\(stage.issuer)/",
                "\(stage.issuer)/logout",
                stage.url(for: party.with(["redirect_uri": "http://127.0.0.1:9/<script>"])),
            ]
            for url in pages {
                let answer = try await browser.get(url)
                #expect(!answer.text.contains("<script") && !answer.text.contains("<i>"))
                #expect(answer.text.contains(Self.escaped), "\(url)")
            }
        }
    }

    @Test func `a page says what it is, and lets nothing run in it or around it`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let login = try await browser.get(stage.url(for: Party()))
            try await stage.signUp(with: browser)
            let pages = [
                login, try await browser.get("\(stage.issuer)/"), try await browser.get("\(stage.issuer)/logout"),
                try await browser.get("\(stage.issuer)/authorize"),
            ]
            var nonces: Set<String> = []
            for page in pages {
                #expect(page.text.contains("There are no passwords here"))
                let policy = try #require(page.headers.first(name: "content-security-policy"))
                #expect(
                    policy.hasPrefix("default-src 'none'; style-src 'nonce-")
                        && policy.contains("frame-ancestors 'none'")
                )
                let nonce = try #require(
                    policy.components(separatedBy: "'nonce-").last?.components(separatedBy: "'").first
                )
                #expect(page.text.contains("<style nonce=\"\(nonce)\">"))
                nonces.insert(nonce)
                #expect(!page.text.contains("style=\"") && !page.text.contains("<script"))
                #expect(page.headers.first(name: "x-content-type-options") == "nosniff")
                #expect(page.headers.first(name: "x-frame-options") == "DENY")
                #expect(page.headers.first(name: "referrer-policy") == "no-referrer")
                #expect(page.headers.first(name: "cache-control") == "no-store")
                #expect(page.headers.first(name: "content-type") == "text/html; charset=utf-8")
            }
            #expect(nonces.count == pages.count)
        }
    }

    struct Target: Sendable {
        var uri: String
        var source: String
    }

    @Test(arguments: [
        Target(uri: "https://app.example.com/cb", source: "https://app.example.com"),
        Target(uri: "http://localhost:3000/cb?x=1", source: "http://localhost:3000"),
        Target(uri: "http://[::1]:3000/cb", source: "http:"),
        Target(uri: "com.example.app:/cb", source: "com.example.app:"),
    ])
    func `a form may lead back to the client and nowhere else`(target: Target) async throws {
        let client = DevIdP.Client(id: "other", redirectURIs: [target.uri])
        try await Stage.run(clients: [client]) { (stage) async throws in
            let page = try await Browser().get(stage.url(for: Party(client: client, redirectURI: target.uri)))
            let policy = try #require(page.headers.first(name: "content-security-policy"))
            #expect(policy.contains("form-action 'self' \(target.source); "))
        }
    }

    @Test(arguments: [nil, "", "forged"])
    func `a form without its token does nothing`(token: String?) async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            try await stage.signUp(with: browser)
            let login = try await browser.get(stage.url(for: Party().with(["prompt": "login"]))).form(
                choosing: "person"
            )
            let logout = try #require(try await browser.get("\(stage.issuer)/logout").forms.first)
            let rotate = try #require(try await browser.get("\(stage.issuer)/").forms.first)
            let keys = try await stage.keyNames()
            for form in [login, logout, rotate] {
                let fields = form.fields.filter { $0.name != "csrf" } + (token.map { [("csrf", $0)] } ?? [])
                let answer = try await browser.post(form.action, fields)
                #expect(answer.status == 403)
                #expect(answer.headers["location"].isEmpty && answer.headers["set-cookie"].isEmpty)
            }
            #expect(try await stage.keyNames() == keys)
            #expect(try await browser.get(stage.url(for: Party())).status == 303)
        }
    }

    @Test func `a form is good in its own browser and for its own purpose`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            try await stage.signUp(with: browser)
            let form = try await browser.get(stage.url(for: Party().with(["prompt": "login"]))).form(choosing: "person")
            let other = Browser()
            #expect(try await other.send(form).status == 403)
            _ = try await other.get(stage.url(for: Party()))
            #expect(try await other.send(form).status == 403)
            let token = try #require(form.fields.first { $0.name == "csrf" })
            let answer = try await browser.post("\(stage.issuer)/logout", [token, ("choice", "logout")])
            #expect(answer.status == 403)
            #expect(try await browser.send(form).status == 303)
        }
    }

    @Test func `a form that says something else is refused`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            try await stage.signUp(with: browser)
            let form = try await browser.get(stage.url(for: Party().with(["prompt": "login"]))).form(choosing: "person")
            #expect(try await browser.send(form, ["choice": "everybody"]).status == 400)
            #expect(try await browser.send(form, ["person": "nobody"]).status == 400)
            #expect(try await browser.send(form, ["redirect_uri": "http://evil.example/"]).status == 400)
        }
    }

    @Test func `under another name the pages do not show`() async throws {
        try await Stage.run { (stage) async throws in
            for path in ["/", "/authorize?\(Party().query)", "/logout"] {
                let answer = try await Browser().get(stage.issuer + path, headers: ["host": "evil.example"])
                #expect(answer.status == 421)
                #expect(answer.headers["set-cookie"].isEmpty)
            }
            let keys = try await Browser().get("\(stage.issuer)/jwks.json", headers: ["host": "idp.internal"])
            #expect(keys.status == 200)
        }
    }

    @Test func `too much is not read`() async throws {
        try await Stage.run { (stage) async throws in
            let long = String(repeating: "x", count: 70_000)
            for path in ["/authorize", "/token", "/revoke", "/logout"] {
                let answer = try await Browser().post(stage.issuer + path, body: "a=\(long)")
                #expect(answer.status == 413, "\(path)")
            }
            let many = Array(repeating: "a=b", count: 101).joined(separator: "&")
            #expect(try await Browser().post("\(stage.issuer)/token", body: many).status == 400)
            let marks = String(repeating: "\u{301}\u{316}", count: 500)
            let fields = [("client_id", "app"), ("code", marks)]
            #expect(try await Browser().post("\(stage.issuer)/token", fields).status == 400)
        }
    }
}

struct PeopleTests {
    @Test func `people are who they were after a restart`() async throws {
        let folder = try TemporaryFolder()
        let first = Remembered<Claims>()
        try await Stage.run(folder: folder.path) { (stage) async throws in
            let login = try await stage.signUp("Ada", "Ada.L@Example.com", isVerified: false)
            first.value = try await stage.claims(stage.tokens(login).id)
        }
        try await Stage.run(folder: folder.path) { (stage) async throws in
            let browser = Browser()
            let form = try await browser.get(stage.url(for: Party())).form(choosing: "person")
            let claims = try await stage.claims(stage.tokens(Login(browser.send(form), Party())).id)
            #expect(claims.sub == first.value?.sub && claims.name == "Ada" && claims.email == "ada.l@example.com")
            #expect(claims.preferred_username == "ada.l" && claims.email_verified == false)
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/people.json")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "keys.json", "lock", "people.json",
            ]
        )
    }

    @Test(arguments: [
        ("", "ada@example.com"), ("   ", "ada@example.com"), (String(repeating: "a", count: 101), "ada@example.com"),
        ("Ada\u{202E}x", "ada@example.com"), ("Ada\nx", "ada@example.com"), ("Ada", ""), ("Ada", "ada"),
        ("Ada", "@example.com"), ("Ada", "ada@"), ("Ada", "a@b@c"), ("Ada", "ada lovelace@example.com"),
        ("Ada", "<ada@example.com>"), ("Ada", "adä@example.com"), ("Ada", String(repeating: "a", count: 251) + "@b.c"),
    ])
    func `who is not named properly is asked again`(name: String, email: String) async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let page = try await browser.get(stage.url(for: Party()))
            let answer = try await browser.send(page.form(choosing: "newcomer"), ["name": name, "email": email])
            #expect(answer.status == 422)
            #expect(answer.text.contains("role=\"alert\""))
            // And can go on.
            let fields = ["name": "Ada", "email": "ada@example.com"]
            #expect(try await browser.send(answer.form(choosing: "newcomer"), fields).status == 303)
        }
    }

    @Test func `an address belongs to one person`() async throws {
        try await Stage.run { (stage) async throws in
            try await stage.signUp()
            let browser = Browser()
            let page = try await browser.get(stage.url(for: Party()))
            let fields = ["name": "Eve", "email": "ADA@example.com"]
            let answer = try await browser.send(page.form(choosing: "newcomer"), fields)
            #expect(answer.status == 422 && answer.text.contains("already"))
            #expect(try answer.form(choosing: "person").buttons.count == 1)
        }
    }

    @Test func `a file that is damaged is named, and not written over`() throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/people.json"
        try Data("[{\"subject\"".utf8).write(to: URL(filePath: file))
        var configuration = DevIdP.Configuration(issuer: "http://a", folder: folder.path, clients: [Stage.app])
        configuration.algorithm = .es256
        let error = #expect(throws: (any Error).self) { try DevIdP(configuration) }
        #expect("\(try #require(error))".contains(file))
        #expect(FileManager.default.contents(atPath: file) == Data("[{\"subject\"".utf8))
    }

    @Test func `a folder is one provider's at a time`() throws {
        let folder = try TemporaryFolder()
        var configuration = DevIdP.Configuration(issuer: "http://a", folder: folder.path, clients: [Stage.app])
        configuration.algorithm = .es256
        do {
            let first = try DevIdP(configuration)
            let error = #expect(throws: (any Error).self) { try DevIdP(configuration) }
            #expect("\(try #require(error))".contains("in use"))
            withExtendedLifetime(first) {}
        }
        _ = try DevIdP(configuration)
    }
}
