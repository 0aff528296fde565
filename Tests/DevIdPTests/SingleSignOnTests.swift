import DevIdP
import Foundation
import Testing

struct SingleSignOnTests {
    @Test func `who is signed in is not asked again, by another client either`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let first = try await stage.claims(stage.tokens(stage.signUp(with: browser)).id)
            stage.clock.advance(by: .seconds(100))
            for party in [Party(), .rival, .spa, Party().with(["prompt": "none"])] {
                let login = try Login(await browser.get(stage.url(for: party)), party)
                let claims = try await stage.claims(stage.tokens(login).id)
                #expect(claims.sub == first.sub && claims.sid == first.sid && claims.auth_time == first.auth_time)
            }
        }
    }

    @Test(arguments: ["login", "select_account", "consent", "login consent"])
    func `a client may have them asked all the same`(prompt: String) async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let first = try await stage.claims(stage.tokens(stage.signUp(with: browser)).id)
            stage.clock.advance(by: .seconds(100))
            let party = Party().with(["prompt": prompt])
            let page = try await browser.get(stage.url(for: party))
            #expect(page.status == 200)
            #expect(page.text.contains("signed in here"))
            let login = try Login(await browser.send(page.form(choosing: "person")), party)
            let claims = try await stage.claims(stage.tokens(login).id)
            #expect(claims.sub == first.sub && claims.sid == first.sid)
            #expect(try #require(claims.auth_time) >= #require(first.auth_time) + 100)
        }
    }

    @Test func `with prompt none nobody is asked`() async throws {
        try await Stage.run { (stage) async throws in
            let party = Party().with(["prompt": "none"])
            let login = try Login(await Browser().get(stage.url(for: party)), party)
            #expect(login.error == "login_required")
            #expect(login.parameters["state"] == "the state" && login.parameters["iss"] == stage.issuer)
        }
    }

    @Test func `a login that is older than max_age does not count`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            try await stage.signUp(with: browser)
            stage.clock.advance(by: .seconds(60))
            let young = Party().with(["max_age": "50"])
            #expect(try await browser.get(stage.url(for: young)).status == 200)
            #expect(try await browser.get(stage.url(for: Party().with(["max_age": "0"]))).status == 200)
            let silent = young.with(["prompt": "none"])
            #expect(try Login(await browser.get(stage.url(for: silent)), silent).error == "login_required")
            let old = Party().with(["max_age": "100"])
            let login = try Login(await browser.get(stage.url(for: old)), old)
            #expect(try await stage.claims(stage.tokens(login).id).auth_time != nil)
        }
    }

    @Test func `a browser is remembered for as long as is said`() async throws {
        var lifetimes = DevIdP.Lifetimes()
        lifetimes.session = .seconds(1000)
        try await Stage.run(lifetimes: lifetimes) { (stage) async throws in
            let browser = Browser()
            try await stage.signUp(with: browser)
            stage.clock.advance(by: .seconds(900))
            #expect(try await browser.get(stage.url(for: Party())).status == 303)
            stage.clock.advance(by: .seconds(200))
            #expect(try await browser.get(stage.url(for: Party())).status == 200)
        }
    }

    @Test func `a hint of another person brings the page, with them first`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let ada = try await stage.tokens(stage.signUp(with: browser)).id
            try await stage.signUp("Aaron", "aaron@example.com", with: browser, at: Party().with(["prompt": "login"]))
            let subject = try await stage.claims(ada).sub
            for hint in [["login_hint": "ADA@example.com"], ["id_token_hint": ada]] {
                let party = Party().with(hint.mapValues { $0 })
                let page = try await browser.get(stage.url(for: party))
                #expect(page.status == 200)
                #expect(try page.form(choosing: "person").buttons.first?.value == subject)
                let silent = party.with(["prompt": "none"])
                #expect(try Login(await browser.get(stage.url(for: silent)), silent).error == "login_required")
            }
            // A hint at who is signed in asks nothing.
            let party = Party().with(["login_hint": "aaron@example.com"])
            #expect(try await browser.get(stage.url(for: party)).status == 303)
        }
    }

    @Test func `a hint of nobody known is typed in already`() async throws {
        try await Stage.run { (stage) async throws in
            let page = try await Browser().get(stage.url(for: Party().with(["login_hint": "eve@example.com"])))
            #expect(page.text.contains("value=\"eve@example.com\""))
        }
    }

    @Test func `somebody else in the same browser has a session of their own`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let ada = try await stage.claims(stage.tokens(stage.signUp(with: browser)).id)
            let before = browser.cookies
            let party = Party().with(["prompt": "select_account"])
            let bob = try await stage.signUp("Bob", "bob@example.com", with: browser, at: party)
            let claims = try await stage.claims(stage.tokens(bob).id)
            #expect(claims.sub != ada.sub && claims.sid != ada.sid)
            // The old cookie is worth nothing.
            let name = try #require(before.keys.first { $0.hasSuffix("_session") })
            let thief = Browser()
            let answer = try await thief.get(stage.url(for: Party()), headers: ["cookie": "\(name)=\(before[name]!)"])
            #expect(answer.status == 200)
        }
    }

    @Test func `its cookies are out of scripts' and other sites' reach`() async throws {
        try await Stage.run(path: "/idp") { (stage) async throws in
            let browser = Browser()
            let page = try await browser.get(stage.url(for: Party()))
            let fields = ["name": "Ada", "email": "ada@example.com"]
            let answer = try await browser.send(page.form(choosing: "newcomer"), fields)
            for cookie in page.headers["set-cookie"] + answer.headers["set-cookie"] {
                #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/idp"))
                #expect(!cookie.contains("Secure"))
            }
            #expect(answer.headers["set-cookie"].count == 1)
        }
    }
}
