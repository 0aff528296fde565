import Commands
import EventStore
import Events
import Foundation
import HTTPTypes
import TestSupport
import Testing

struct InvitePageTests {
    @Test func `the link tells who invites, to whoever has it, and asks them to log in`() async throws {
        try await Premises.run { premises in
            let stage = try await Stage(premises)
            let link = try await stage.invite("bob@example.com")
            let page = try await premises.open(link)
            #expect(page.status == 200 && page.text.contains("invited to \(stage.org)"), "\(page.text)")
            #expect(!page.text.contains("bob@example.com") && !page.text.contains("<form"))
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.headers[.cacheControl] == "no-store")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            let nonce = try #require(policy.firstMatch(of: #/style-src 'nonce-([^']+)'/#)?.1)
            #expect(page.text.contains("<style nonce=\"\(nonce)\">") && !page.text.contains("<script"))
            for rule in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
                #expect(policy.contains(rule))
            }
            #expect(page.headers[HTTPField.Name("Referrer-Policy")!] == "no-referrer")
            #expect(try await premises.open(link).headers[.contentSecurityPolicy] != policy)

            // A session that is over is none.
            #expect(try await premises.open(link, as: "dba_" + String(repeating: "A", count: 43)).status == 200)
            for wrong in ["/auth/invite", "/auth/invite?token=dbi_", String(link.dropLast(3)) + "AAA"] {
                let unknown = try await premises.open(wrong)
                #expect(unknown.status == 404 && unknown.code == "invite.not_found", "\(unknown.text)")
                #expect(!unknown.text.contains(stage.org))
            }
        }
    }

    @Test func `the form takes one into the tenant, and tells what is wrong beside what was typed`() async throws {
        try await Premises.run { premises in
            let stage = try await Stage(premises)
            _ = try await premises.person("ada")
            let bob = try await stage.person("bob@example.com", name: "Bob \"B\" <b>")
            let link = try await stage.invite("bob@example.com")
            let page = try await premises.open(link, as: bob)
            #expect(page.text.contains("value=\"Bob &quot;B&quot; &lt;b&gt;\""), "\(page.text)")
            #expect(page.text.contains("name=\"handle\" value=\"bob\""))

            for (handle, name, status, code) in [
                ("ada", "<i>Bob</i>", 409, "user.handle_taken"), ("b ob", "Bob", 422, "user.handle_invalid"),
                ("", "Bob", 422, "user.handle_invalid"), ("bob", " ", 422, "user.name_invalid"),
            ] {
                let refused = try await premises.send(link, handle, name, as: bob)
                #expect(refused.status == status && refused.code == code, "\(refused.text)")
                #expect(refused.text.contains("role=\"alert\"") && !refused.text.contains("<i>"))
                #expect(refused.text.contains("name=\"handle\" value=\"\(handle)\""))
            }
            let joined = try await premises.send(link, "bob", "Bob", as: bob)
            #expect(joined.status == 303 && joined.headers[.location] == "/", "\(joined.text)")
            let cookie = try #require(joined.headers[.setCookie])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
            let token = try #require(cookie.firstMatch(of: #/^daybook-tenant-[^=]+=(dbk_[^;]+)/#)?.1)
            let me = try await premises.send(.get, "/api/me", headers: [.authorization: "Bearer \(token)"])
            #expect(me.status == 200 && me["handle"] == "bob" && me["name"] == "Bob", "\(me.text)")

            // Once it is taken the page lets one in, and the form sent twice does no harm.
            let again = try await premises.open(link, as: bob)
            #expect(again.status == 200 && !again.text.contains("name=\"handle\""), "\(again.text)")
            #expect(try await premises.send(link, "", "", as: bob).status == 303)
            let over = try await premises.open(link)
            #expect(over.status == 409 && over.code == "invite.over")
        }
    }

    @Test func `another address takes nothing, nor does a link that is over`() async throws {
        try await Premises.run { premises in
            let stage = try await Stage(premises)
            let link = try await stage.invite("bob@example.com")
            let eve = try await stage.person("eve@example.com")
            let mallory = try await stage.person("bob@example.com", isVerified: false)
            for other in [eve, mallory] {
                let page = try await premises.open(link, as: other)
                #expect(page.status == 200 && page.code == "invite.other_address", "\(page.text)")
                #expect(page.text.contains("log in as somebody else") && !page.text.contains("<form"))
                let refused = try await premises.send(link, "eve", "Eve", as: other)
                #expect(refused.status == 403 && refused.code == "invite.other_address", "\(refused.text)")
            }
            let stranger = try await premises.send(link, "eve", "Eve", as: nil)
            #expect(stranger.status == 401 && stranger.code == "auth.no_token", "\(stranger.text)")

            let bob = try await stage.person("bob@example.com")
            try await stage.revoke(link)
            for person in [bob, nil] {
                let over = try await premises.open(link, as: person)
                #expect(over.status == 409 && over.code == "invite.over", "\(over.text)")
            }
            let late = try await premises.send(link, "bob", "Bob", as: bob)
            #expect(late.status == 409 && late.code == "invite.over" && late.headers[.setCookie] == nil)
        }
    }

    @Test func `the form is taken from the page alone`() async throws {
        try await Premises.run { premises in
            let stage = try await Stage(premises)
            let link = try await stage.invite("bob@example.com")
            let bob = try await stage.person("bob@example.com")
            let site = HTTPField.Name("Sec-Fetch-Site")!
            let foreign: [HTTPFields] = [
                [:], [.origin: "https://evil.example"], [.origin: "null"], [.origin: "null", site: "cross-site"],
                [.origin: "https://evil.example", site: "same-origin"], [site: "same-origin"],
            ]
            for headers in foreign {
                let refused = try await premises.send(link, "bob", "Bob", as: bob, headers: headers)
                refused.expectProblem(403, "auth.foreign_origin")
            }
            for (type, body) in [("application/json", "{}"), ("text/plain", "token=x")] {
                let headers: HTTPFields = [.contentType: type, .origin: "http://127.0.0.1"]
                let refused = try await premises.send(.post, "/auth/invite", body, headers: headers)
                refused.expectProblem(415, "form.not_form")
            }
            for body in ["", "token=%F", "token=a&token=b", "token=%FF"] {
                let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
                try await premises.send(.post, "/auth/invite", body, headers: headers)
                    .expectProblem(400, "form.malformed")
            }
            // A browser hides where a form comes from that the page's policy tells nobody of.
            let own: HTTPFields = [.origin: "null", site: "same-origin"]
            #expect(try await premises.send(link, "bob", "Bob", as: bob, headers: own).status == 303)
        }
    }
}

/// Invitations into the tenant, and people with accounts.
private struct Stage {
    let premises: Premises
    /// The organization, as people know it.
    let org: String
    private let tokens: InviteTokens

    init(_ premises: Premises) async throws {
        self.premises = premises
        tokens = InviteTokens(masterKey: premises.database.masterKey)
        let names = try await premises.control.plane.pool.query(
            "SELECT name FROM rm.orgs WHERE tenant = \(premises.tenant.id)",
            as: String.self
        )
        org = try #require(names.first)
    }

    /// Invites an address and gives the link.
    func invite(_ email: String) async throws -> String {
        let invite = try await premises.control.run(
            MakeInvite(
                invite: InviteID(),
                tenant: TenantID(premises.tenant.id),
                email: email,
                role: .member,
                by: nil
            )
        ).answer.invite
        try await premises.control.isProjected()
        return "/auth/invite?token=\(tokens.token(of: invite))"
    }

    func revoke(_ link: String) async throws {
        let invite = try #require(tokens.invite(of: link.token))
        let tenant = TenantID(premises.tenant.id)
        try await premises.control.run(RevokeInvite(invite: invite, tenant: tenant, by: premises.owner.id))
        try await premises.control.isProjected()
    }

    /// Logs somebody in and gives their token.
    func person(_ email: String, name: String? = nil, isVerified: Bool = true) async throws -> String {
        let login = LogIn(
            issuer: "https://id.example",
            subject: UUID().uuidString,
            name: name,
            email: email,
            emailIsVerified: isVerified
        )
        let account = try await premises.control.run(login).answer.account
        return try await premises.control.plane.issuer.open(
            account: account,
            lifetimes: .fixed(.seconds(600)),
            label: "test"
        ).token
    }
}

extension String {
    /// What a link carries.
    fileprivate var token: String { String(split(separator: "=").last ?? "") }
}

extension Premises {
    /// Opens a page with an account's cookie.
    fileprivate func open(_ path: String, as account: String? = nil) async throws -> Answer {
        try await send(.get, path, headers: [.cookie: account.map { "daybook-account=\($0)" } ?? "other=1"])
    }

    /// Sends the form of a page, as a browser does that says whence it comes.
    fileprivate func send(
        _ link: String,
        _ handle: String,
        _ name: String,
        as account: String?,
        headers: HTTPFields = [.origin: "http://127.0.0.1"]
    ) async throws -> Answer {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        headers[.cookie] = account.map { "daybook-account=\($0)" } ?? "other=1"
        let fields = [("token", link.token), ("handle", handle), ("name", name)].map { field, value in
            "\(field)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return try await send(.post, "/auth/invite", fields.joined(separator: "&"), headers: headers)
    }
}

extension Answer {
    /// Of a page.
    fileprivate var code: String? { text.firstMatch(of: #/data-code="([^"]*)"/#).map { String($0.1) } }
}
