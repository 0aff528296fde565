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
            let call: Ctl = { arguments in
                try await installation.attempt(["ctl"] + arguments + ["--url", server.url, "--token-file", file])
            }
            func ctl(_ arguments: String...) async throws -> Child.Result { try await call(arguments) }

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

            try await plan(for: demo.id, seenBy: ada, at: server, by: call)
            try await policy(of: demo.id, seenBy: ada, at: server, by: call, in: installation.folder)

            try await installation.tool("operator", "revoke", "olga@example.com")
            let refused = try await ctl("orgs", "list")
            #expect(refused.status != 0 && refused.errors.contains("operator.required"))
            await provider.stop()
        }
    }

    private typealias Ctl = @Sendable ([String]) async throws -> Child.Result

    private struct Limits: Decodable { var items: [Limit] }
    private struct Limit: Decodable { var meter: String, hard: Int?, source: String }

    private func plan(for org: String, seenBy ada: String, at server: Server, by ctl: Ctl) async throws {
        func run(_ arguments: String...) async throws -> String {
            let result = try await ctl(["plans"] + arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            return result.output
        }
        #expect(try await run("define", "small", "--hard", "users=20", "--soft", "users=10").contains("small"))
        #expect(try await run("list").contains("small"))
        _ = try await run("give", org, "small", "--reason", "a trial")
        func users() async throws -> Limit? {
            try await server.get("/api/limits", as: ada).decode(Limits.self).items.first { $0.meter == "users" }
        }
        try await eventually("the plan's limit is in the tenant") {
            let limit = try await users()
            return limit?.hard == 20 && limit?.source == "plan"
        }
        _ = try await run("default", "small")
        #expect(try await ctl(["plans", "retire", "small"]).errors.contains("plan.is_default"))
        _ = try await run("default", "--none")
        _ = try await run("take", org)
        try await eventually("the tenant has no limit by a plan") { try await users()?.hard == nil }
        #expect(try await run("retire", "small").contains("retired"))
    }

    private func policy(
        of org: String,
        seenBy ada: String,
        at server: Server,
        by ctl: Ctl,
        in folder: String
    ) async throws {
        struct Policies: Decodable { var vm: Machines }
        struct Machines: Decodable { var max_machines: Int }
        let file = "\(folder)/vm.json"
        let document = #"""
            {"sizes":["small"],"max_machines":2,"idle_seconds":900,"lifetime_seconds":28800,"egress_hosts":["*.example.com"]}
            """#
        try Data(document.utf8).write(to: URL(filePath: file))
        let set = try await ctl(["policies", "set", org, "vm", "--file", file, "--reason", "a trial"])
        #expect(set.status == 0 && set.output.contains("small"), "\(set.errors)")
        try await eventually("the policy is in the tenant") {
            try await server.get("/api/policies", as: ada).decode(Policies.self).vm.max_machines == 2
        }
        let unset = try await ctl(["policies", "unset", org, "vm"])
        #expect(unset.status == 0 && unset.output.contains("default"), "\(unset.errors)")
        let shown = try await ctl(["policies", "show", org, "vm"])
        #expect(shown.output.contains("default"), "\(shown.errors)")
    }
}
