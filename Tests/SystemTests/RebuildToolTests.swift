import Foundation
import Postgres
import TestSupport
import Testing

/// `daybook rebuild`, `daybook replay` and `daybook parked`, beside a server.
struct RebuildToolTests {
    @Test func `read models are checked, rebuilt, switched and put back`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            func open(_ name: String) async throws {
                #expect(try await server.post("/api/rooms", ["kind": "channel", "name": name], as: ada).status == 201)
            }
            func run(_ arguments: String...) async throws -> Child.Result { try await installation.attempt(arguments) }
            try await open("one")
            #expect(try await run("rebuild", "--back").errors.contains("nothing to go back to"))
            let check = try await run("rebuild", "--check")
            #expect(check.status == 0 && check.output.contains("are what the log makes of them"), "\(check.errors)")

            let rebuilt = try await run("rebuild")
            #expect(rebuilt.status == 0 && rebuilt.output.contains("switched"), "\(rebuilt.errors)")
            try await open("two")
            let back = try await run("rebuild", "--back")
            #expect(back.status == 0 && back.output.contains("made by the migrations"), "\(back.errors)")
            try await open("three")

            let product = try installation.product()
            try product.executeScript("UPDATE rm.rooms SET name = 'never so called' WHERE name = 'one'")
            for arguments in [["rebuild", "--check"], ["rebuild"]] {
                let result = try await installation.attempt(arguments)
                #expect(result.status == 1 && result.output.contains("DIFFERS rooms"), "\(result.errors)")
            }
            #expect(try await run("rebuild", "--differing").status == 0)
            let names = try product.execute("SELECT name FROM rm.rooms ORDER BY name").decode(String.self)
            #expect(names == ["one", "three", "two"])

            // As another `daybook rebuild` would hold it.
            _ = try product.execute("SELECT pg_advisory_lock(hashtextextended('daybook.rebuild rm', 0))")
            for option in ["--differing", "--back", "--forget"] {
                let result = try await run("rebuild", option)
                #expect(result.status != 0 && result.errors.contains("another process is rebuilding"), "\(option)")
            }
            #expect(try await run("rebuild", "--check").status == 0)
            _ = try product.execute("SELECT pg_advisory_unlock_all()")
            #expect(try await run("rebuild", "--forget").status == 0)

            #expect(try await run("replay", "--to", "3", "--partition", "0", "--into", "rm_next").status != 0)
            let replayed = try await run("replay", "--to", "2030-01-01T00:00:00Z")
            #expect(replayed.status == 0 && replayed.output.contains("rm_replay"), "\(replayed.errors)")
            let left = "SELECT nspname::text FROM pg_namespace WHERE nspname ~ '^rm_' ORDER BY 1" as SQL
            #expect(try product.execute(left).decode(String.self) == ["rm_replay"])
        }
    }
}
