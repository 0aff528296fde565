import Foundation
import NIOHTTP1
import Testing

/// `daybook serve`, from outside.
struct ServeTests {
    private struct Room: Decodable { var id: String }
    private struct Message: Decodable { var id: String, body: String?, seq: Int? }
    private struct Messages: Decodable { var items: [Message] }
    private struct Queue: Decodable {
        var queueID: String, cursor: String
        private enum CodingKeys: String, CodingKey { case queueID = "queue_id", cursor }
    }
    private struct Batch: Decodable {
        struct Event: Decodable {
            struct Content: Decodable { var message: Message? }
            var type: String
            var data: Content
        }
        var events: [Event], cursor: String
    }

    private func room(on server: Server, as token: String) async throws -> Room {
        let answer = try await server.post("/api/rooms", ["kind": "channel", "name": "general"], as: token)
        #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        return try answer.decode(Room.self)
    }

    private func bodies(
        of room: Room,
        on server: Server,
        as token: String,
        after position: String?
    ) async throws -> [String?] {
        let headers = position.map { ["Daybook-Min-Position": $0] } ?? [:]
        let answer = try await server.get("/api/rooms/\(room.id)/messages", as: token, headers: headers)
        #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
        return try answer.decode(Messages.self).items.map(\.body)
    }

    private func waitForHello(in queue: Queue, on server: Server, as token: String) async throws {
        var cursor = queue.cursor
        try await eventually("the event arrives") {
            let path = "/realtime/queues/\(queue.queueID)/events?cursor=\(cursor)&timeout_s=5"
            let answer = try await server.get(path, as: token)
            #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
            let batch = try answer.decode(Batch.self)
            cursor = batch.cursor
            return batch.events.contains { $0.type == "message.created" && $0.data.message?.body == "Hello" }
        }
    }

    @Test func `a message is posted, read and told to who waits`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let room = try await room(on: server, as: ada)
            let queue = try await server.post("/realtime/queues", [String: String](), as: ada).decode(Queue.self)
            async let told: Void = waitForHello(in: queue, on: server, as: ada)
            let posted = try await server.post("/api/rooms/\(room.id)/messages", ["body": "Hello"], as: ada)
            #expect(posted.status == 201)
            #expect(
                try await bodies(of: room, on: server, as: ada, after: posted.headers.first(name: "Daybook-Position"))
                    == ["Hello"]
            )
            try await told
        }
    }

    @Test func `each role can have a process of its own`() async throws {
        try await Installation.run { (installation) async throws in
            let api = try await installation.serve(roles: "tenant-api")
            let realtime = try await installation.serve(roles: "realtime")
            _ = try await installation.serve(roles: "projector")
            _ = try await installation.serve(roles: "fanout")
            _ = try await installation.serve(roles: "registrar")
            let ada = try await installation.token(for: "ada")
            #expect(try await realtime.get("/api/me", as: ada).status == 404)
            let room = try await room(on: api, as: ada)
            let queue = try await realtime.post("/realtime/queues", [String: String](), as: ada).decode(Queue.self)
            let posted = try await api.post("/api/rooms/\(room.id)/messages", ["body": "Hello"], as: ada)
            let position = posted.headers.first(name: "Daybook-Position")
            #expect(try await bodies(of: room, on: api, as: ada, after: position) == ["Hello"])
            try await waitForHello(in: queue, on: realtime, as: ada)
        }
    }

    @Test func `what was answered is there after kill -9`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let room = try await room(on: server, as: ada)
            var position: String?
            for number in 0..<20 {
                let posted = try await server.post(
                    "/api/rooms/\(room.id)/messages",
                    ["body": "Message \(number)"],
                    as: ada
                )
                position = posted.headers.first(name: "Daybook-Position")
            }
            try await server.crash()
            // The partition's lease has to run out before the new process projects what the old one did not.
            try await eventually("all is projected") {
                let answer = try await server.get(
                    "/api/rooms/\(room.id)/messages",
                    as: ada,
                    headers: ["Daybook-Min-Position": position ?? ""]
                )
                guard answer.status == 200 else { return false }
                return try answer.decode(Messages.self).items.map(\.body) == (0..<20).map { "Message \($0)" }
            }
        }
    }

    @Test func `a process is asked to end and does so at once, with polls parked`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let queue = try await server.post("/realtime/queues", [String: String](), as: ada).decode(Queue.self)
            async let poll = server.get(
                "/realtime/queues/\(queue.queueID)/events?cursor=\(queue.cursor)&timeout_s=60",
                as: ada
            )
            try await Task.sleep(for: .milliseconds(500))
            let asked = ContinuousClock.now
            #expect(await server.terminate() == 0)
            #expect(ContinuousClock.now - asked < .seconds(5))
            #expect(try await poll.status == 200)
        }
    }

    @Test func `a process starts and answers while its stores are away, and goes on when they come`() async throws {
        try await Installation.run(ownPostgres: true) { (installation) async throws in
            let postgres = try #require(installation.postgres)
            let ada = try await installation.token(for: "ada")
            await postgres.kill()
            await installation.redis.kill()
            let server = try await installation.serve(waiting: false)
            let refused = try await server.get("/api/me", as: ada)
            #expect(refused.status == 503)
            #expect(refused.headers.first(name: "Retry-After") != nil)
            #expect(try await server.get("/readyz").status == 503)
            #expect(try await server.get("/healthz").status == 200)
            try await postgres.start()
            try await installation.redis.start()
            try await eventually("it is ready") { try await server.get("/readyz").status == 200 }
            #expect(try await server.get("/api/me", as: ada).status == 200)
        }
    }

    @Test func `a session revoked by another process is over within a second`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            let opened = try await installation.attempt(["token", "--tenant", Installation.tenant, "--user", "ada"])
            let token = opened.output.trimmingCharacters(in: .whitespacesAndNewlines)
            let session = try #require(
                opened.errors.split(separator: " ").last?.trimmingCharacters(in: .whitespacesAndNewlines)
            )
            #expect(try await server.get("/api/me", as: token).status == 200)
            try await installation.tool("token", "--revoke", session)
            try await eventually("the session is over", timeout: .seconds(1)) {
                try await server.get("/api/me", as: token).status == 401
            }
        }
    }

    @Test func `a taken port is an error, not a wait`() async throws {
        try await Installation.run { (installation) async throws in
            let server = try await installation.serve()
            let port = try #require(server.url.split(separator: ":").last)
            let second = try await installation.attempt(["serve", "--port", String(port)])
            #expect(second.status != 0)
            #expect(second.errors.contains("in use"))
        }
    }
}
