import Foundation
import Testing

/// The contracts as others read them, against a real server. `tools/contract` sends more.
struct ContractRunTests {
    private struct Me: Decodable { var id: String }

    @Test(arguments: ["api", "realtime"])
    func `a surface answers schemathesis as its contract says`(surface: String) async throws {
        try await Installation.run { installation in
            let tools = try await ContractTools.installed(for: installation)
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let me = try await server.get("/api/me", as: ada).decode(Me.self)
            let summary = try await tools.fuzz(surface, of: server, as: ada, caller: me.id)
            #expect(summary.contains("No issues found"), "\(summary)")
            print(summary.suffix(1200))
            #expect(server.isRunning)
        }
    }

    @Test func `clients that were generated from the contracts post and poll`() async throws {
        try await Installation.run { installation in
            let tools = try await ContractTools.installed(for: installation)
            let server = try await installation.serve()
            for (surface, name) in [("api", "daybook_tenant"), ("realtime", "daybook_realtime")] {
                let contract = try await tools.download(surface, from: server)
                try await tools.validate(contract)
                try await tools.generateClient(contract, named: name)
            }
            let ada = try await installation.token(for: "ada")
            #expect(try await tools.useClients(on: server, as: ada).contains("posted and polled"))
        }
    }
}
