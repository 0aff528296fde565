import Foundation
import Postgres
import Testing

/// The subcommands, as an operator runs them.
struct ToolTests {
    @Test func `migrating and making a tenant can be repeated`() async throws {
        try await Installation.run(owners: ["ada"], auditors: ["bob"]) { (installation) async throws in
            let again = try await installation.tool("migrate")
            #expect(again == "control: nothing to do\nproduct: nothing to do\nvmplane: nothing to do\n")
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

    @Test func `the master key is changed while a server goes on`() async throws {
        try await Installation.run { (installation) async throws in
            let (file, server) = ("\(installation.folder)/master.key", try await installation.serve())
            let ada = try await installation.token(for: "ada")
            func write(_ name: String) async throws {
                let room = ["kind": "channel", "name": name]
                #expect(try await server.post("/api/rooms", room, as: ada).status == 201)
            }
            try await write("before")
            let added = try await installation.tool("master-key", "add", file)
            let new = try #require(added.firstMatch(of: #/[0-9a-f]{8}/#)).output
            let old = try #require(try lines(of: file).last?.prefix(8))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            #expect(try lines(of: file).map { $0.dropFirst(74) } == ["waiting", "current"])
            try await installation.tool("master-key", "use", file, String(new))
            while !server.words.contains("took the new master keys") || !server.words.contains(String(new)) {
                try await Task.sleep(for: .milliseconds(50))
            }
            try await write("after")

            let early = try await installation.attempt(["master-key", "retire", file, String(old), "--early"])
            #expect(early.status != 0 && early.errors.contains("rewrap"))
            let rewrapped = try await installation.tool("master-key", "rewrap", "--batch", "1")
            #expect(rewrapped.contains("\(old): used by nothing") && rewrapped.contains("\(new) (current): "))
            let young = try await installation.attempt(["master-key", "retire", file, String(old)])
            #expect(young.status != 0 && young.errors.contains("is needed until"))
            let current = try await installation.attempt(["master-key", "retire", file, String(new), "--early"])
            #expect(current.status != 0 && current.errors.contains("is the current one"))
            try await installation.tool("master-key", "retire", file, String(old), "--early")
            #expect(try lines(of: file).map { $0.prefix(8) } == [new])
            try await write("later")

            // A process that begins anew opens all that was sealed, with the new key alone.
            #expect(await server.terminate() == 0)
            try await server.start(waiting: true)
            let rooms = try await server.get("/api/rooms", as: ada)
            #expect(rooms.status == 200)
            #expect(try await installation.tool("rebuild", "--check").isEmpty == false)
        }
    }

    private func lines(of file: String) throws -> [Substring] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
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
