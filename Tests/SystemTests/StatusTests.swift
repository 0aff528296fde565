import Foundation
import Postgres
import Testing

/// `daybook status`, as an operator reads it.
struct StatusTests {
    private struct Report: Decodable {
        struct Schema: Decodable { var name: String, applied: Int, pending: [String] }
        struct Role: Decodable {
            var role: String, position: Int64, lag_events: Int64, lag_seconds: Double, owner: String?, epoch: Int64
            var lease_seconds: Double?
        }
        struct Queues: Decodable { var registered: Int, store_epoch: String?, watermark: Int64? }
        struct Partition: Decodable {
            var partition: Int, head: Int64, parked_streams: Int, roles: [Role], queues: Queues
        }
        var schemas: [Schema], tenants: Int, redis_fault: String?, registry: Role?, partitions: [Partition]
    }

    private func report(_ installation: Installation) async throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(try await installation.tool("status", "--json").utf8))
    }

    @Test func `it tells how far everything is, and who has what`() async throws {
        try await Installation.run(settings: ["DAYBOOK_PARTITIONS": "1"]) { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            #expect(try await server.post("/realtime/queues", [String: String](), as: ada).status == 201)
            #expect(try await server.post("/api/rooms", ["kind": "channel", "name": "hall"], as: ada).status == 201)
            var report = try await self.report(installation)
            try await eventually("the fan-out's checkpoint is at the head") {
                report = try await self.report(installation)
                return report.partitions[0].roles.allSatisfy { $0.lag_events == 0 }
            }
            #expect(report.tenants == 1)
            #expect(report.redis_fault == nil)
            #expect(report.schemas.map(\.name) == ["control", "product", "vmplane"])
            #expect(report.schemas.allSatisfy { $0.applied > 4 && $0.pending.isEmpty })
            let registry = try #require(report.registry)
            #expect(registry.role == "registry" && registry.position > 0 && registry.owner != nil)
            let partition = report.partitions[0]
            #expect(partition.roles.map(\.role) == ["projector", "fanout"])
            for role in partition.roles {
                #expect(role.position == partition.head && role.lag_seconds == 0)
                #expect(role.owner != nil && role.epoch >= 1 && role.lease_seconds ?? 0 > 0)
            }
            #expect(partition.queues.registered == 1)
            #expect(partition.queues.watermark == partition.head)
            #expect(partition.queues.store_epoch?.isEmpty == false)

            let text = try await installation.tool("status")
            #expect(text.contains("partition  head  role       position"))
            #expect(text.contains("redis     answers"))
        }
    }

    @Test func `it tells who is behind, what is parked and that nobody is there`() async throws {
        try await Installation.run(settings: ["DAYBOOK_PARTITIONS": "1"]) { (installation) async throws in
            let server = try await installation.serve()
            #expect(await server.terminate() == 0)
            try installation.product().executeScript(
                """
                UPDATE rm.checkpoints SET position = position - 1 WHERE projection = 'product';
                INSERT INTO rm.parked_streams (tenant, stream, partition, position, type, reason)
                VALUES (gen_random_uuid(), gen_random_uuid(), 0, 1, 'x.y', 'a test')
                """
            )
            await installation.redis.kill()
            let report = try await self.report(installation)
            let projector = report.partitions[0].roles[0]
            #expect(projector.role == "projector" && projector.owner == nil && projector.lease_seconds == nil)
            #expect(projector.lag_events == 1 && projector.lag_seconds > 0)
            #expect(report.partitions[0].parked_streams == 1)
            #expect(report.redis_fault != nil && report.partitions[0].queues.watermark == nil)
            let text = try await installation.tool("status")
            #expect(text.contains("nobody") && text.contains("away: "))
        }
    }

    @Test func `it is told again every second until it is interrupted`() async throws {
        try await Installation.run(settings: ["DAYBOOK_PARTITIONS": "1"]) { (installation) async throws in
            let watching = try installation.start(["status", "--json", "--watch"])
            try await eventually("it has told it twice") { watching.said.split(separator: "\n").count >= 2 }
            watching.signal(SIGINT)
            let lines = await watching.result().output.split(separator: "\n")
            for line in lines { _ = try JSONDecoder().decode(Report.self, from: Data(line.utf8)) }
        }
    }
}
