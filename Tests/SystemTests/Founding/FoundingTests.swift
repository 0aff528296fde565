import Foundation
import TestSupport
import Testing

/// From a name check to the first messages, without an operator.
@Suite(.timeLimit(.minutes(20)))
struct FoundingTests {
    @Test(arguments: LoginProviders.allCases)
    func `an organization is founded, and somebody is invited who says something there`(
        providers: LoginProviders
    ) async throws {
        try await Installation.run { (installation) async throws in
            try await providers.run(for: installation) { (provider) async throws in
                try await tour(of: installation, with: provider, signing: providers == .canaille ? .es256 : .edDSA)
            }
        }
    }

    private func tour(
        of installation: Installation,
        with provider: any LoginProvider,
        signing algorithm: Agent.Algorithm
    ) async throws {
        let site = provider.site
        let server = try await installation.serve(options: site.options, port: site.port)
        let origin = server.url
        let ada = Browser()

        // A name.
        let free = try await ada.open("\(origin)/orgs/names/Acme%2C%20Inc.")
        #expect(free.json["state"].text == "available" && free.json["slug"].text == "acme-inc")
        #expect(try await ada.open("\(origin)/orgs/names/admin").json["state"].text == "reserved")
        #expect(try await ada.send(.POST, ["name": "Acme, Inc."], to: "\(origin)/orgs").status == 401)

        // Ada logs in and founds it.
        let me = try await provider.logIn("Ada Lovelace", "ada@example.com", in: ada, at: origin)
        #expect(me.status == 200 && me.json["email"].text == "ada@example.com", "\(me.text)")
        #expect(me.json["email_verified"].bool == true && me.json["tenants"].items.isEmpty)
        let held = try await ada.send(.POST, ["name": "Acme, Inc."], to: "\(origin)/orgs")
        #expect(held.status == 201 && held.json["state"].text == "started", "\(held.text)")
        #expect(try await ada.open("\(origin)/orgs/names/acme-lnc").json["state"].text == "taken")
        let onboarding = "\(origin)/orgs/onboarding/\(held.json["id"].text ?? "")"
        let wishes: JSON = [
            "handle": "ada", "name": "Ada", "room": "engines", "invites": ["bob@example.com", "cyd@example.com"],
        ]
        #expect(try await ada.send(.POST, wishes, to: "\(onboarding)/complete").status == 202)
        try await eventually("the organization is founded") {
            try await ada.open(onboarding).json["state"].text == "finished"
        }

        // She enters, and listens.
        let adas = try await enter(origin, ada)
        let rooms = try await server.get("/api/rooms", as: adas).decode(JSON.self)["items"].items
        #expect(rooms.map { $0["name"].text } == ["engines"])
        let room = try #require(rooms.first?["id"].text)
        let queue = try await server.post("/realtime/queues", JSON.object([:]), as: adas).decode(JSON.self)

        // They are invited, and nobody else can take it.
        var mailed: String?
        try await eventually("the invitations are mailed") {
            mailed = try site.link(to: "bob@example.com")
            return try mailed != nil && site.link(to: "cyd@example.com") != nil
        }
        let link = try #require(mailed)
        #expect(link.hasPrefix(site.origin + "/auth/invite?token=dbi_"))
        let token = JSON.string(String(link.suffix(47)))
        let acceptance: JSON = ["token": token, "handle": "bob", "name": "Bob"]
        let eve = Browser()
        try await provider.logIn("Eve", "eve@example.com", in: eve, at: origin)
        #expect(try await eve.send(.POST, acceptance, to: "\(origin)/orgs/invites/accept").status == 403)
        // Nobody has vouched that the address is hers.
        let mallory = Browser()
        let cyd = try await provider.logIn("Cyd", "cyd@example.com", isVerified: false, in: mallory, at: origin)
        #expect(cyd.json["email"].text == "cyd@example.com" && cyd.json["email_verified"].bool == false)
        let cyds = try #require(try site.link(to: "cyd@example.com"))
        let stolen: JSON = ["token": .string(String(cyds.suffix(47))), "handle": "cyd", "name": "Cyd"]
        #expect(try await mallory.send(.POST, stolen, to: "\(origin)/orgs/invites/accept").status == 403)
        // Bob follows the link of his mail, logs in, and says on the page what he shall be called.
        let bob = Browser()
        let invitation = try await bob.open(link)
        #expect(invitation.status == 200 && invitation.text.contains("invited to Acme, Inc."), "\(invitation.text)")
        #expect(invitation.text.contains("/auth/login?provider="))
        try await provider.logIn("Bob", "bob@example.com", in: bob, at: origin)
        let names = try await bob.open(link)
        #expect(names.text.contains("value=\"bob\""), "\(names.text)")
        let form = try names.form(asking: "handle")
        let taken = form + [("handle", "ada"), ("name", "<Bob>")]
        let page = "\(origin)/auth/invite"
        let refused = try await bob.send(taken, to: page, origin: "null")
        #expect(refused.status == 409 && refused.text.contains("value=\"&lt;Bob&gt;\""), "\(refused.text)")
        let joining = form + [("handle", "bob"), ("name", "Bob")]
        #expect(try await bob.send(joining, to: page, origin: "https://evil.example").status == 403)
        #expect(bob.cookie("daybook-tenant-acme-inc", at: origin) == nil)
        #expect(try await bob.send(joining, to: page, origin: "null").url == origin + "/")
        let bobs = try #require(bob.cookie("daybook-tenant-acme-inc", at: origin))
        // A client that asks for itself gets the same.
        let accepted = try await bob.send(.POST, acceptance, to: "\(origin)/orgs/invites/accept")
        #expect(accepted.status == 200 && accepted.json["org"].text == "acme-inc", "\(accepted.text)")
        #expect(try await enter(origin, bob) != bobs)
        let joined = try await server.send(
            .POST,
            "/api/rooms/\(room)/members",
            JSON.object(["user_ids": [accepted.json["user_id"]]]),
            as: adas
        )
        #expect(joined.status < 300, "\(String(decoding: joined.body, as: UTF8.self))")
        let messages = "/api/rooms/\(room)/messages"
        #expect(try await server.post(messages, JSON.object(["body": "hello, Ada"]), as: bobs).status == 201)

        // An agent that has signed for itself says something, too.
        let agent = try await Agent(algorithm, at: installation.folder, of: server, by: adas)
        let members = JSON.object(["user_ids": [.string(agent.user)]])
        #expect(try await server.send(.POST, "/api/rooms/\(room)/members", members, as: adas).status < 300)
        let agents = try await agent.logIn(as: site.origin)
        #expect(try await server.post(messages, JSON.object(["body": "hello, all"]), as: agents).status == 201)

        // She hears both.
        var cursor = try #require(queue["cursor"].text)
        let id = try #require(queue["queue_id"].text)
        var heard: [String] = []
        try await eventually("Ada hears Bob and the agent") {
            let path = "/realtime/queues/\(id)/events?cursor=\(cursor)&timeout_s=5"
            let batch = try await server.get(path, as: adas).decode(JSON.self)
            cursor = batch["cursor"].text ?? cursor
            heard += batch["events"].items.compactMap { $0["data"]["message"]["body"].text }
            return heard.contains("hello, all")
        }

        #expect(heard == ["hello, Ada", "hello, all"])

        // Others do not come in, and whoever has left is out.
        let tenant = try #require(accepted.json["tenant_id"].text)
        let entry: JSON = ["delivery": "cookie"]
        #expect(try await eve.send(.POST, entry, to: "\(origin)/auth/tenants/\(tenant)/session").status == 404)
        #expect(try await bob.send(.POST, ["all": true], to: "\(origin)/auth/logout").status == 200)
        #expect(try await server.get("/api/me", as: bobs).status == 401)
        #expect(try await server.get("/api/me", as: adas).status == 200)
    }

    /// Enters the one tenant of a person, as a program that has their cookie.
    private func enter(_ origin: String, _ browser: Browser) async throws -> String {
        let tenants = try await browser.open("\(origin)/auth/session").json["tenants"].items
        #expect(tenants.count == 1)
        let tenant = try #require(tenants.first?["tenant_id"].text)
        let url = "\(origin)/auth/tenants/\(tenant)/session"
        #expect(try await browser.send(.POST, ["delivery": "bearer"], to: url).status == 403)
        #expect(
            try await browser.send(.POST, ["delivery": "cookie"], to: url, origin: "https://evil.example").status == 403
        )
        let entered = try await browser.send(.POST, ["delivery": "cookie"], to: url)
        #expect(entered.status == 201 && entered.json["token"] == .null, "\(entered.text)")
        return try #require(browser.cookie("daybook-tenant-acme-inc", at: origin))
    }
}
