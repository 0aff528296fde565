import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20)))
struct PolicyEndpointTests {
    @Test func `administrators see what operators let agents and machines do, and the defaults of the rest`()
        async throws
    {
        try await Premises.run { (premises) async throws in
            let before = try await premises.send(.get, "/api/policies").json
            #expect(before["vm"]["max_machines"] == 0 && before["llm"]["models"].items.isEmpty)
            let system = CommandContext(caller: Caller(tenant: premises.tenant, actor: .system, user: nil))
            let vm = VMPolicy(sizes: ["s"], most: 2, idleSeconds: 60, lifetimeSeconds: 600, egressHosts: ["a.example"])
            _ = try await premises.handler.handle(SetPolicy(.vm(vm)), in: system)
            // Its position: what is written after it is seen only with it.
            let write = try await premises.send(.post, "/api/rooms", #"{"name":"general","kind":"channel"}"#)
            let after = try await premises.send(.get, "/api/policies", since: write).json
            #expect(after["vm"]["max_machines"] == 2 && after["vm"]["egress_hosts"].items.map(\.text) == ["a.example"])
            #expect(after["fs_cache"]["bytes"] == 0)
            let ada = try await premises.person("ada")
            #expect(try await premises.send(.get, "/api/policies", as: ada).status == 403)
        }
    }

    @Test func `nobody but the system sets a tenant's policies`() async throws {
        try await Premises.run { (premises) async throws in
            let owner = CommandContext(
                caller: Caller(tenant: premises.tenant, actor: .user(premises.owner.id), user: premises.owner.id)
            )
            await #expect(throws: CommandError.self) {
                _ = try await premises.handler.handle(SetPolicy(.vm(nil)), in: owner)
            }
        }
    }
}
