import Foundation
import Testing

/// The contracts as others read them, against a real server. `tools/contract` sends more.
struct ContractRunTests {
    private struct Me: Decodable { var id: String }

    struct Run: Sendable {
        var surface: String
        var handle: String
        var paths: String
        var phases = "coverage,fuzzing,stateful"
    }

    /// Auditors see nothing but what they audit, and nobody else sees that.
    @Test(
        arguments: [
            Run(surface: "api", handle: "ada", paths: "^/api/(?!audit)"),
            Run(surface: "api", handle: "eve", paths: "^/api/audit/", phases: "coverage,fuzzing"),
            Run(surface: "realtime", handle: "ada", paths: "^/realtime/"),
        ]
    )
    func `a surface answers schemathesis as its contract says`(_ run: Run) async throws {
        try await Installation.run(auditors: ["eve"]) { installation in
            let tools = try await ContractTools.installed(for: installation)
            let server = try await installation.serve()
            let token = try await installation.token(for: run.handle)
            let me = try await server.get("/api/me", as: token).decode(Me.self)
            let said = try await tools.fuzz(
                run.surface,
                paths: run.paths,
                phases: run.phases,
                of: server,
                as: token,
                caller: me.id
            )
            #expect(said.contains("Test cases:") && !said.contains("Failures:"), "\(said)")
            print(said.suffix(1200))
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
