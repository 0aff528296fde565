import Foundation
import Postgres
import Testing

/// The subcommands, as an operator runs them.
struct ToolTests {
    @Test func `migrating and making a tenant can be repeated`() async throws {
        try await Installation.run(owners: ["ada"], auditors: ["bob"]) { (installation) async throws in
            let again = try await installation.tool("migrate")
            #expect(again == "control: nothing to do\nvmplane: nothing to do\nproduct: nothing to do\n")
            let tenant = ["tenant", "create", Installation.tenant, "--owner", "ada", "--auditor", "bob"]
            let first = try await installation.tool(tenant)
            #expect(try await installation.tool(tenant) == first)
            let joined = try installation.product().execute(
                "SELECT count(*) FROM es.events e JOIN es.types t ON t.id = e.type WHERE t.name = 'identity.user_joined'"
            )
            #expect(try joined.decode(Int.self) == [2])
        }
    }

    @Test func `a master key is never overwritten and nobody else can read it`() async throws {
        try await Installation.run { (installation) async throws in
            let file = "\(installation.folder)/master.key"
            let key = try #require(FileManager.default.contents(atPath: file))
            #expect(try await installation.attempt(["master-key", "create", file]).status != 0)
            #expect(FileManager.default.contents(atPath: file) == key)
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
        }
    }

    @Test func `tokens are for users that there are`() async throws {
        try await Installation.run { (installation) async throws in
            #expect(try await installation.token(for: "ada").hasPrefix("dbk_"))
            let stranger = try await installation.attempt(["token", "--tenant", Installation.tenant, "--user", "eve"])
            #expect(stranger.status != 0)
            #expect(stranger.output.isEmpty)
            #expect(stranger.errors.contains("eve"))
            #expect(try await installation.attempt(["token", "--tenant", "nowhere", "--user", "ada"]).status != 0)
            #expect(try await installation.attempt(["token", "--revoke", UUID().uuidString]).status != 0)
        }
    }

    @Test func `a log is verified, and a changed byte is found`() async throws {
        try await Installation.run { (installation) async throws in
            #expect(try await installation.tool("audit", "verify").contains("the log is whole"))
            try installation.product().executeScript(
                "UPDATE es.events SET payload = set_byte(payload, 5, get_byte(payload, 5) # 1) WHERE position = 1"
            )
            let result = try await installation.attempt(["audit", "verify"])
            #expect(result.status == 1)
            #expect(result.output.contains("FAULT"))
            #expect(result.output.contains("the log is NOT whole"))
        }
    }

    @Test func `the control log is verified too, and its read models are what it makes of them`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            #expect(try await installation.tool("rebuild", "--control", "--check").contains("are what the log makes"))
            #expect(try await installation.tool("rebuild", "--control").contains("switched"))
            let ada = try await installation.token(for: "ada")
            try await eventually("a session that is opened afterwards is known") {
                try await server.get("/api/me", as: ada).status == 200
            }
            try installation.control().executeScript(
                "UPDATE es.events SET payload = set_byte(payload, 5, get_byte(payload, 5) # 1) WHERE position = 1"
            )
            let result = try await installation.attempt(["audit", "verify"])
            #expect(result.status == 1)
            #expect(result.output.contains("control: "))
            #expect(result.output.contains("FAULT"))
        }
    }
}
