import Foundation
import TestSupport
import Testing

/// `/metrics` of real processes, after something was done.
struct MetricsTests {
    private struct Room: Decodable { var id: String }
    private struct Queue: Decodable {
        var queueID: String, cursor: String
        private enum CodingKeys: String, CodingKey { case queueID = "queue_id", cursor }
    }

    private func scrape(_ server: Server, accept: String? = nil) async throws -> PrometheusText {
        let answer = try await server.get("/metrics", headers: accept.map { ["Accept": $0] } ?? [:])
        #expect(answer.status == 200)
        let type = try #require(answer.headers.first(name: "Content-Type"))
        return try PrometheusText(
            String(decoding: answer.body, as: UTF8.self),
            isOpenMetrics: type.hasPrefix("application/openmetrics-text")
        )
    }

    @Test func `the figures are those of what was done`() async throws {
        try await Installation.run(settings: ["DAYBOOK_PARTITIONS": "1"]) { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let room = try await server.post("/api/rooms", ["kind": "channel", "name": "general"], as: ada)
                .decode(Room.self)
            let queue = try await server.post("/realtime/queues", [String: String](), as: ada).decode(Queue.self)
            let messages = "/api/rooms/\(room.id)/messages"
            for number in 0..<7 {
                #expect(try await server.post(messages, ["body": "Message \(number)"], as: ada).status == 201)
            }
            #expect(try await server.post(messages, ["bogus": "field"], as: ada).status == 400)
            #expect(try await server.get("/nothing/\(UUID())", as: ada).status == 404)
            let path = "/realtime/queues/\(queue.queueID)/events?cursor=\(queue.cursor)"
            // Until a poll in a later answer would have to wait: everything is projected and fanned out.
            var (told, messagesTold) = (0, 0)
            var cursor = queue.cursor
            try await eventually("all messages are told") {
                let poll = "/realtime/queues/\(queue.queueID)/events?cursor=\(cursor)&timeout_s=2"
                let batch = try await server.get(poll, as: ada).json
                let events = batch["events"] as? [[String: Any]] ?? []
                // What the snapshot did not hold yet of the room's making is told too.
                told += events.count
                messagesTold += events.count { $0["type"] as? String == "message.created" }
                cursor = try #require(batch["cursor"] as? String)
                return messagesTold == 7
            }
            async let parked = server.get(path.replacing(queue.cursor, with: cursor) + "&timeout_s=2", as: ada)
            try await Task.sleep(for: .milliseconds(500))

            let text = try await scrape(server)
            let route = "/api/rooms/{room}/messages"
            #expect(
                text["daybook_http_requests_total", ["method": "POST", "route": route, "status": "201"]] == 7
            )
            #expect(
                text["daybook_http_requests_total", ["method": "POST", "route": route, "status": "400"]] == 1
            )
            #expect(
                text[
                    "daybook_http_request_duration_seconds_count",
                    ["method": "POST", "route": route, "status": "201"]
                ] == 7
            )
            #expect(
                text["daybook_http_requests_total", ["method": "GET", "route": "NotFound", "status": "404"]] == 1
            )
            // The room and its member are one command's, as the seven messages are one each.
            #expect(text["daybook_append_verdicts_total", ["verdict": "accepted"]] == 8)
            #expect(text.sum("daybook_append_batch_commands_sum") == 8)
            #expect(text["daybook_partition_owned", ["role": "projector", "partition": "0"]] == 1)
            #expect(text["daybook_partition_owned", ["role": "fanout", "partition": "0"]] == 1)
            #expect(text["daybook_partition_owned", ["role": "registry", "partition": "control/0"]] == 1)
            #expect(text["daybook_partition_lag_seconds", ["role": "registry", "partition": "control/0"]] != nil)
            #expect(text["daybook_realtime_parked_polls"] == 1)
            #expect(text["daybook_realtime_events_total"] == Double(told))
            let head = try #require(text["daybook_partition_head_position", ["partition": "0"]])
            #expect(head >= 9)
            for role in ["projector", "fanout"] {
                let labels = ["role": role, "partition": "0"]
                #expect(text["daybook_partition_lag_events", labels] == 0)
                #expect(text["daybook_partition_lag_seconds", labels] == 0)
                #expect(text["daybook_partition_position", labels] == head)
                // A fan-out whose Redis is empty begins where the projector is, which may be behind the tenant's making.
                let events = try #require(text["daybook_partition_events_total", labels])
                #expect(role == "projector" ? events == head : (9...head).contains(events))
            }
            #expect(text["daybook_partition_redis_watermark_position", ["partition": "0"]] == head)
            #expect(text["daybook_partition_parked_streams", ["partition": "0"]] == 0)
            #expect(text["daybook_postgres_pool_connections", ["pool": "product"]] == 4)
            #expect(text.sum("daybook_build_info", ["roles": "all"]) == 1)
            #expect(text["process_open_fds"] ?? 0 > 10)

            for family in text.families {
                #expect(family.help != nil, "\(family.name) says not what it is")
                #expect(family.samples.count < 2_000)
            }
            // Nothing of a tenant: no identifier, no path as it was asked for.
            let everything = text.families.flatMap(\.samples).flatMap { $0.labels.values }
            #expect(!everything.contains { $0.contains(room.id.suffix(12)) || $0.contains("nothing") })

            let open = try await scrape(server, accept: "application/openmetrics-text; version=1.0.0")
            #expect(open["daybook_append_verdicts_total", ["verdict": "accepted"]] == 8)
            _ = try await parked
        }
    }

    @Test func `they can have a port of their own, and then are nowhere else`() async throws {
        let port = FreePort.next()
        try await Installation.run(settings: [:]) { (installation) async throws in
            let server = try await installation.serve(roles: "projector", options: ["--metrics-port", "\(port)"])
            #expect(try await server.get("/metrics").status == 404)
            let apart = try await server.get("/metrics", at: port)
            #expect(apart.status == 200)
            let text = try PrometheusText(String(decoding: apart.body, as: UTF8.self))
            #expect(text.sum("daybook_build_info", ["roles": "projector"]) == 1)
            #expect(text["daybook_partition_status_up"] == 1)
        }
    }

    @Test func `they say so when the stores are away`() async throws {
        try await Installation.run(ownPostgres: true) { (installation) async throws in
            let server = try await installation.serve()
            try await #require(installation.postgres).kill()
            let text = try await scrape(server)
            #expect(text["daybook_partition_status_up"] == 0)
            #expect(text.families.contains { $0.name == "process_cpu_seconds_total" })
        }
    }
}
