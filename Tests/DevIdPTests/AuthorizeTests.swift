import Crypto
import DevIdP
import Foundation
import Testing

struct AuthorizeTests {
    @Test func `a newcomer is sent back with a code, the state and the issuer`() async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp()
            #expect(login.location.hasPrefix("\(Stage.callback)?code="))
            #expect(login.parameters["state"] == "the state")
            #expect(login.parameters["iss"] == stage.issuer)
            #expect(login.parameters.count == 3)
        }
    }

    @Test func `a person who is known is chosen by one click`() async throws {
        try await Stage.run { (stage) async throws in
            let first = try await stage.claims(stage.tokens(stage.signUp()).id)
            let browser = Browser()
            let page = try await browser.get(stage.url(for: Party()))
            let form = try page.form(choosing: "person")
            #expect(form.buttons.map(\.text).contains { $0.contains("Ada Lovelace") && $0.contains("ada@example.com") })
            let login = try Login(await browser.send(form), Party())
            #expect(try await stage.claims(stage.tokens(login).id).sub == first.sub)
        }
    }

    @Test func `what stands in a redirect URI's query stays there`() async throws {
        try await Stage.run { (stage) async throws in
            var party = Party()
            party.redirectURI = "http://127.0.0.1:9/other?tenant=1"
            let login = try await stage.signUp(at: party)
            #expect(login.location.hasPrefix("http://127.0.0.1:9/other?tenant=1&code="))
        }
    }

    @Test(arguments: [
        nil, "\(Stage.callback)/", "\(Stage.callback)/../evil", "\(Stage.callback)?x=1", "\(Stage.callback)#x",
        "\(Stage.callback)%00", "\(Stage.callback)x", "http://127.0.0.1:9/Callback", "http://127.0.0.1:9",
        "HTTP://127.0.0.1:9/callback", "http://127.0.0.1:10/callback", "https://127.0.0.1:9/callback",
        "http://127.0.0.1:9@evil.example/callback", "http://evil.example/callback", "//evil.example", "/callback",
        "javascript:alert(1)", "http://127.0.0.1:9/rival", "http://127.0.0.1:9\\@evil.example/callback",
    ])
    func `nobody is sent to an address that is not the client's`(uri: String?) async throws {
        try await Stage.run { (stage) async throws in
            for prompt in ["login", "none"] {
                let party = Party().with(["redirect_uri": uri, "prompt": prompt])
                for answer in [
                    try await Browser().get(stage.url(for: party)),
                    try await Browser().post("\(stage.issuer)/authorize", body: party.query),
                ] {
                    #expect(answer.status == 400)
                    #expect(answer.headers["location"].isEmpty)
                    #expect(answer.text.contains("<h1>Unknown address</h1>"))
                }
            }
        }
    }

    @Test(arguments: [nil, "nobody", "App", "app ", "rivalx"])
    func `an unknown client is told to who sits there`(id: String?) async throws {
        try await Stage.run { (stage) async throws in
            let answer = try await Browser().get(stage.url(for: Party().with(["client_id": id])))
            #expect(answer.status == 400)
            #expect(answer.headers["location"].isEmpty)
            #expect(answer.text.contains("<h1>Unknown application</h1>"))
        }
    }

    @Test(arguments: ["client_id=app", "redirect_uri=http://127.0.0.1:9/callback"])
    func `a client or an address that comes twice is told to who sits there`(more: String) async throws {
        try await Stage.run { (stage) async throws in
            let answer = try await Browser().get("\(stage.url(for: Party()))&\(more)")
            #expect(answer.status == 400)
            #expect(answer.headers["location"].isEmpty)
        }
    }

    struct Bad: Sendable {
        var changes: [String: String?]
        var error: String
    }

    @Test(arguments: [
        Bad(changes: ["code_challenge": nil], error: "invalid_request"),
        Bad(changes: ["code_challenge": nil, "code_challenge_method": nil], error: "invalid_request"),
        Bad(changes: ["code_challenge_method": "plain"], error: "invalid_request"),
        Bad(changes: ["code_challenge_method": nil], error: "invalid_request"),
        Bad(changes: ["code_challenge_method": "s256"], error: "invalid_request"),
        Bad(changes: ["code_challenge": "short"], error: "invalid_request"),
        Bad(changes: ["code_challenge": String(repeating: "+", count: 43)], error: "invalid_request"),
        Bad(changes: ["response_type": nil], error: "invalid_request"),
        Bad(changes: ["response_type": "token"], error: "unsupported_response_type"),
        Bad(changes: ["response_type": "code id_token"], error: "unsupported_response_type"),
        Bad(changes: ["response_mode": "fragment"], error: "invalid_request"),
        Bad(changes: ["scope": nil], error: "invalid_scope"),
        Bad(changes: ["scope": "profile email"], error: "invalid_scope"),
        Bad(changes: ["prompt": "none login"], error: "invalid_request"),
        Bad(changes: ["prompt": "create"], error: "invalid_request"),
        Bad(changes: ["max_age": "-1"], error: "invalid_request"),
        Bad(changes: ["max_age": "soon"], error: "invalid_request"),
        Bad(changes: ["id_token_hint": "a.b.c"], error: "invalid_request"),
        Bad(changes: ["request": "e30.e30."], error: "request_not_supported"),
        Bad(changes: ["request_uri": "http://127.0.0.1:9/r"], error: "request_uri_not_supported"),
    ])
    func `a request that is not right is told to the client`(bad: Bad) async throws {
        try await Stage.run { (stage) async throws in
            let party = Party().with(bad.changes)
            let login = try Login(await Browser().get(stage.url(for: party)), party)
            #expect(login.location.hasPrefix("\(Stage.callback)?error="))
            #expect(login.error == bad.error)
            #expect(login.parameters["state"] == "the state")
            #expect(login.parameters["iss"] == stage.issuer)
            #expect(login.parameters["error_description"]?.isEmpty == false)
        }
    }

    @Test(arguments: ["nonce=other", "state=other", "scope=openid", "code_challenge_method=S256", "foo=1&foo=2"])
    func `a parameter that comes twice makes the request no good`(more: String) async throws {
        try await Stage.run { (stage) async throws in
            let login = try Login(await Browser().get("\(stage.url(for: Party()))&\(more)"), Party())
            #expect(login.error == "invalid_request")
            // Neither of two states would be right.
            #expect(login.parameters["state"] == (more.hasPrefix("state") ? nil : "the state"))
        }
    }

    @Test func `who cancels is refused`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let page = try await browser.get(stage.url(for: Party()))
            let form = try #require(page.forms.first { $0.buttons.contains { $0.value == "cancel" } })
            let login = try Login(await browser.send(form), Party())
            #expect(login.error == "access_denied")
            #expect(login.parameters["state"] == "the state")
        }
    }

    @Test func `a request may come by a form of the client`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let page = try await browser.post("\(stage.issuer)/authorize", body: Party().query)
            #expect(page.status == 200)
            let answer = try await browser.send(
                page.form(choosing: "newcomer"),
                ["name": "Ada", "email": "ada@example.com"]
            )
            #expect(try Login(answer, Party()).parameters["code"] != nil)
        }
    }

    @Test func `a state comes back as it was sent`() async throws {
        try await Stage.run { (stage) async throws in
            let state = "a&b=c%20d+e \"<'>#?/é"
            let login = try await stage.signUp(at: Party().with(["state": state]))
            #expect(login.parameters["state"] == state)
        }
    }

    @Test func `without a state there is none in the answer`() async throws {
        try await Stage.run { (stage) async throws in
            let login = try await stage.signUp(at: Party().with(["state": nil]))
            #expect(login.parameters["state"] == nil)
            #expect(login.parameters["code"] != nil)
        }
    }
}
