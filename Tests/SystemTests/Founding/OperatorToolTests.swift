import Foundation
import TestSupport
import Testing

/// An operator at the machine and at a terminal.
@Suite(.timeLimit(.minutes(20)))
struct OperatorToolTests {
    private struct Org: Decodable { var id: String, slug: String, state: String }
    private struct Orgs: Decodable { var items: [Org] }
    private struct Problem: Decodable { var code: String }

    @Test func `an operator is made on the machine, and operates from a terminal until it is one no more`() async throws
    {
        try await Installation.run { (installation) async throws in
            let provider = try await DevProvider.start(for: installation)
            let server = try await installation.serve(options: provider.site.loginOptions, port: provider.site.port)
            try await provider.logIn("Olga", "olga@example.com", in: Browser(), at: server.url)
            let granted = try await installation.tool("operator", "grant", "OLGA@example.com", "--role", "operator")
            #expect(granted.contains(" is operator"))
            try await eventually("the registry lists the operator") {
                try await installation.tool("operator", "list").contains("olga@example.com")
            }
            let token = try await installation.tool("operator", "token", "olga@example.com", "--lifetime", "1h")
            let file = "\(installation.folder)/ctl.token"
            try #require(
                FileManager.default.createFile(
                    atPath: file,
                    contents: Data(token.utf8),
                    attributes: [.posixPermissions: 0o600]
                )
            )
            func ctl(_ arguments: String...) async throws -> Child.Result {
                try await installation.attempt(["ctl"] + arguments + ["--url", server.url, "--token-file", file])
            }

            let listed = try await ctl("orgs", "list", "--json")
            #expect(listed.status == 0, "\(listed.errors)")
            let orgs = try JSONDecoder().decode(Orgs.self, from: Data(listed.output.utf8)).items
            let demo = try #require(orgs.first { $0.slug == "demo" })
            #expect(try await ctl("orgs", "show", demo.id).output.contains("active"))

            let before = try await installation.token(for: "ada")
            #expect(try await server.get("/api/me", as: before).status == 200)
            #expect(try await ctl("orgs", "suspend", demo.id, "--reason", "unpaid").output.contains("suspended"))
            try await eventually("nobody is in") { try await server.get("/api/me", as: before).status == 401 }
            #expect(try await installation.attempt(["token", "--tenant", "demo", "--user", "ada"]).status != 0)
            #expect(try await ctl("orgs", "resume", demo.id).output.contains("active"))

            let ada = try await installation.token(for: "ada")
            let set = try await ctl("limits", "set", demo.id, "rooms", "--hard", "1", "--reason", "small")
            #expect(set.status == 0 && set.output.contains("override"), "\(set.errors)")
            try await eventually("the tenant was told") {
                try await ctl("limits", "show", demo.id).output.contains("not yet") == false
            }
            #expect(try await server.post("/api/rooms", ["kind": "channel", "name": "one"], as: ada).status == 201)
            let second = try await server.post("/api/rooms", ["kind": "channel", "name": "two"], as: ada)
            #expect(second.status == 403)
            #expect(try second.decode(Problem.self).code == "limit.reached")

            try await installation.tool("operator", "revoke", "olga@example.com")
            let refused = try await ctl("orgs", "list")
            #expect(refused.status != 0 && refused.errors.contains("operator.required"))
            await provider.stop()
        }
    }
}
