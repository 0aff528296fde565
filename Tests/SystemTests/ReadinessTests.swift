import Foundation
import Postgres
import Testing

/// `/readyz`, by which load balancers and whoever replaces processes go.
struct ReadinessTests {
    private struct Health: Decodable {
        struct Check: Decodable { var name: String, ok: Bool }
        var status: String, checks: [Check]

        var failing: [String] { checks.filter { !$0.ok }.map(\.name) }
    }

    private func health(_ server: Server) async throws -> (status: Int, health: Health) {
        let answer = try await server.get("/readyz")
        return (answer.status, try answer.decode(Health.self))
    }

    @Test func `a process that is to end says so, and serves on until its time is over`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve(options: ["--drain-seconds", "2"])
            let ada = try await installation.token(for: "ada")
            #expect(try await health(server).health.status == "ready")
            async let ended = server.terminate()
            try await eventually("it says that it is to end") { try await health(server).health.status == "draining" }
            #expect(try await health(server).status == 503)
            #expect(try await server.get("/healthz").status == 200)
            let answer = try await server.post("/api/rooms", ["kind": "channel", "name": "late"], as: ada)
            #expect(answer.status == 201)
            #expect(answer.headers.first(name: "Connection") == "close")
            #expect(await ended == 0)
        }
    }

    @Test func `a projector that falls behind is not ready, and a gateway still is`() async throws {
        try await Installation.run(settings: ["DAYBOOK_PARTITIONS": "1"]) { (installation) async throws in
            let projector = try await installation.serve(roles: "projector", options: ["--ready-lag", "1"])
            let gateway = try await installation.serve(roles: "tenant-api,registrar", options: ["--ready-lag", "1"])
            let ada = try await installation.token(for: "ada")
            // Somebody else has the partition and does nothing with it.
            let take: SQL = """
                UPDATE rm.checkpoints SET lease_owner = gen_random_uuid(), lease_epoch = lease_epoch + 1,
                       lease_until = clock_timestamp() + interval '1 hour'
                """
            try installation.product().execute(take)
            #expect(try await gateway.post("/api/rooms", ["kind": "channel", "name": "hall"], as: ada).status == 201)
            try await eventually("the projector is not ready") { try await health(projector).status == 503 }
            #expect(try await health(projector).health.failing == ["lag"])
            #expect(try await health(gateway).status == 200)
            try installation.product().execute("UPDATE rm.checkpoints SET lease_until = clock_timestamp()")
            try await eventually("the projector has caught up") { try await health(projector).status == 200 }
        }
    }
}
