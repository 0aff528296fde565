import Foundation
import Postgres
import TestSupport
import Testing

/// Tenants in two cells: a Postgres server and a Redis each.
struct CellTests {
    private struct Room: Decodable { var id: String }
    private struct Message: Decodable { var body: String? }
    private struct Queue: Decodable {
        var queueID: String, cursor: String
        private enum CodingKeys: String, CodingKey { case queueID = "queue_id", cursor }
    }
    private struct Batch: Decodable {
        struct Event: Decodable {
            struct Content: Decodable { var message: Message? }
            var data: Content
        }
        var events: [Event], cursor: String
    }
    private struct Health: Decodable {
        struct Check: Decodable { var name: String, ok: Bool }
        var checks: [Check]
        var failing: [String] { checks.filter { !$0.ok }.map(\.name) }
    }
    private struct Problem: Decodable { var code: String }

    /// Somebody with a room and a queue.
    private struct Person {
        let token: String
        let room: String
        let queue: String
        var cursor: String

        init(_ token: String, on server: Server) async throws {
            self.token = token
            let made = try await server.post("/api/rooms", ["kind": "channel", "name": "hall"], as: token)
            try #require(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
            room = try made.decode(Room.self).id
            let queue = try await server.post("/realtime/queues", [String: String](), as: token).decode(Queue.self)
            (self.queue, cursor) = (queue.queueID, queue.cursor)
        }

        func says(_ body: String, on server: Server) async throws -> Server.Answer {
            try await server.post("/api/rooms/\(room)/messages", ["body": body], as: token)
        }

        /// What the next messages are that the queue has, as many as are asked for.
        mutating func hears(_ count: Int, on server: Server) async throws -> [String] {
            var heard: [String] = []
            while heard.count < count {
                let path = "/realtime/queues/\(queue)/events?cursor=\(cursor)&timeout_s=5"
                let answer = try await server.get(path, as: token)
                try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
                let batch = try answer.decode(Batch.self)
                cursor = batch.cursor
                heard += batch.events.compactMap(\.data.message?.body)
            }
            return heard
        }
    }

    /// Lends an installation with the tenants `demo`, of ada's, in `main`, and `orient`, of eve's, in `east`.
    private func run(_ body: (Installation, _ east: East) async throws -> Void) async throws {
        let east = try await East()
        do {
            let settings = ["DAYBOOK_CELLS_FILE": east.file, "DAYBOOK_PARTITIONS": "2"]
            try await Installation.run(settings: settings) { (installation) async throws in
                try await installation.tool("tenant", "create", "orient", "--cell", "east", "--owner", "eve")
                try await body(installation, east)
            }
        } catch {
            await east.remove()
            throw error
        }
        await east.remove()
    }

    private func token(_ installation: Installation) async throws -> (ada: String, eve: String) {
        let eve = try await installation.tool(
            "token",
            "--cell",
            "east",
            "--tenant",
            "orient",
            "--user",
            "eve"
        )
        return (try await installation.token(for: "ada"), eve.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test(.timeLimit(.minutes(20)))
    func `tenants of two cells are served by one process, and each one's rows are in its cell alone`() async throws {
        try await run { (installation, east) async throws in
            let server = try await installation.serve()
            let tokens = try await token(installation)
            var ada = try await Person(tokens.ada, on: server)
            var eve = try await Person(tokens.eve, on: server)
            #expect(try await ada.says("in the west", on: server).status == 201)
            #expect(try await eve.says("in the east", on: server).status == 201)
            #expect(try await ada.hears(1, on: server) == ["in the west"])
            #expect(try await eve.hears(1, on: server) == ["in the east"])
            for (person, other) in [(ada, eve), (eve, ada)] {
                let path = "/api/rooms/\(other.room)/messages"
                #expect(try await server.get(path, as: person.token).status == 404)
                #expect(
                    try await server.get("/realtime/queues/\(other.queue)/events?cursor=0", as: person.token).status
                        != 200
                )
            }
            let count: SQL = "SELECT count(DISTINCT tenant) FROM es.events"
            #expect(try installation.product().execute(count).decode(Int64.self) == [1])
            #expect(try east.product(of: installation).execute(count).decode(Int64.self) == [1])
            #expect(
                try east.product(of: installation).execute("SELECT body FROM rm.messages").decode(String?.self)
                    == ["in the east"]
            )
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a cell that is away takes nothing with it of the other, and comes back by itself`() async throws {
        try await run { (installation, east) async throws in
            let server = try await installation.serve()
            let tokens = try await token(installation)
            var ada = try await Person(tokens.ada, on: server)
            var eve = try await Person(tokens.eve, on: server)
            await east.postgres.kill()
            await east.redis.kill()
            #expect(try await eve.says("lost?", on: server).status == 503)
            #expect(try await ada.says("still here", on: server).status == 201)
            #expect(try await ada.hears(1, on: server) == ["still here"])
            let ready = try await server.get("/readyz")
            #expect(ready.status == 200)
            #expect(try ready.decode(Health.self).failing == ["cell east"])

            try await east.postgres.start()
            try await east.redis.start()
            try await eventually("the cell is back", timeout: .seconds(300)) {
                try await eve.says("back", on: server).status == 201
            }
            #expect(try await eve.hears(1, on: server).contains("back"))
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a process may serve one cell, and tells the tenants of others so`() async throws {
        try await run { (installation, _) async throws in
            let server = try await installation.serve(options: ["--cell", "main"])
            let tokens = try await token(installation)
            _ = try await Person(tokens.ada, on: server)
            let answer = try await server.get("/api/me", as: tokens.eve)
            #expect(answer.status == 503)
            #expect(try answer.decode(Problem.self).code == "cell_not_served")
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a tool that is asked of a tenant in another cell says where it lives`() async throws {
        try await run { (installation, east) async throws in
            let result = try await installation.attempt(["token", "--tenant", "orient", "--user", "eve"])
            #expect(result.status != 0)
            #expect(result.errors.contains("say --cell east"))
            let stranger = try await installation.attempt(["status", "--cell", "west"])
            #expect(stranger.errors.contains("there is no cell 'west'"))
            #expect(try await installation.tool("audit", "verify", "--cell", "east").contains("the log is whole"))

            // The same stores under two names would be two logs in one.
            let text =
                #"[{"name":"west","postgres":"host=/a","redis":"redis://a"},{"name":"west","postgres":"host=/b","redis":"redis://b"}]"#
            try east.write(text)
            let twice = try await installation.attempt(["status"])
            #expect(twice.errors.contains("'west' stands there twice"))
        }
    }
}
