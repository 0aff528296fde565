import Foundation
import Synchronization
import Testing

/// Every role in processes of its own, two of each, replaced one after the other while people write, read and listen.
struct RollingTests {
    private struct Room: Decodable { var id: String }
    private struct Messages: Decodable {
        struct Message: Decodable { var body: String? }
        var items: [Message]
    }

    /// Tells the writers that it is enough.
    private final class Whistle: Sendable {
        private let blown = Mutex(false)

        var isBlown: Bool { blown.withLock { $0 } }

        func blow() { blown.withLock { $0 = true } }
    }

    /// What one writer posted and found again.
    private struct Written: Sendable {
        var bodies: [String] = []
        var faults: [String] = []
    }

    /// Posts, and now and then reads what it has just posted, until the whistle.
    private func write(
        _ name: String,
        to room: Room,
        as token: String,
        by client: RoundRobin,
        until whistle: Whistle
    ) async throws -> Written {
        var written = Written()
        while !whistle.isBlown {
            let body = "\(name) \(written.bodies.count)"
            let posted = try await client.send(.POST, "/api/rooms/\(room.id)/messages", ["body": body], as: token)
            guard posted.status == 201 else {
                written.faults.append("\(body): \(posted.status) \(String(decoding: posted.body, as: UTF8.self))")
                break
            }
            written.bodies.append(body)
            if written.bodies.count % 5 == 0 {
                let position = posted.headers.first(name: "Daybook-Position") ?? ""
                let read = try await client.send(
                    .GET,
                    "/api/rooms/\(room.id)/messages",
                    as: token,
                    headers: ["Daybook-Min-Position": position]
                )
                if try !read.decode(Messages.self).items.contains(where: { $0.body == body }) {
                    written.faults.append("\(body) is not read by its author")
                }
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...25)))
        }
        return written
    }

    /// Ends each process in its own good time and starts it again. Gives how long the slowest took to end.
    private func replace(_ servers: [Server]) async throws -> Duration {
        var slowest = Duration.zero
        for server in servers {
            let asked = ContinuousClock.now
            let status = await server.terminate()
            slowest = max(slowest, ContinuousClock.now - asked)
            #expect(status == 0, "\(server.roles) ended badly and said: \(server.lastWords)")
            try await server.start()
        }
        return slowest
    }

    @Test func `each process of each role is replaced under load, and nobody notices`() async throws {
        try await Installation.run(settings: ["DAYBOOK_PARTITIONS": "2"]) { (installation) async throws in
            var servers: [Server] = []
            for role in ["tenant-api", "realtime", "projector", "fanout", "registrar"] {
                async let one = installation.serve(roles: role)
                async let other = installation.serve(roles: role)
                servers += [try await one, try await other]
            }
            let api = RoundRobin(Array(servers[0..<2]))
            let realtime = RoundRobin(Array(servers[2..<4]))
            let ada = try await installation.token(for: "ada")
            let room = try await api.send(.POST, "/api/rooms", ["kind": "channel", "name": "hall"], as: ada)
                .decode(Room.self)
            var listeners: [Listener] = []
            for _ in 0..<4 { listeners.append(try await Listener(ada, by: realtime)) }

            let whistle = Whistle()
            let (written, slowest) = try await withThrowingTaskGroup(of: Void.self) { group in
                for listener in listeners { group.addTask { try await listener.listen() } }
                async let writing = withThrowingTaskGroup(of: Written.self) { writers in
                    for name in ["ada", "bea", "cia", "dot"] {
                        writers.addTask {
                            try await self.write(name, to: room, as: ada, by: api, until: whistle)
                        }
                    }
                    return try await writers.reduce(into: [Written]()) { $0.append($1) }
                }
                // Each role's, with some time between them in which all are there.
                let slowest = try await replace(servers)
                whistle.blow()
                let written = try await writing
                let count = written.reduce(0) { $0 + $1.bodies.count }
                try await eventually("everybody is told everything") {
                    listeners.allSatisfy { $0.bodies.count >= count || !$0.faults.isEmpty }
                }
                group.cancelAll()
                return (written, slowest)
            }

            #expect(api.faults.isEmpty && realtime.faults.isEmpty, "\((api.faults + realtime.faults).prefix(10))")
            #expect(written.flatMap(\.faults).isEmpty)
            #expect(slowest < .seconds(6), "a process took \(slowest) to end")
            let posted = written.flatMap(\.bodies)
            #expect(posted.count > 100, "there was hardly any load")
            for listener in listeners {
                #expect(listener.faults.isEmpty, "\(listener.faults.prefix(5))")
                #expect(listener.bodies.sorted() == posted.sorted())
                // All of them were told in the same order, each author's messages in the author's.
                #expect(listener.bodies == listeners[0].bodies)
                for writer in written {
                    #expect(listener.bodies.filter(Set(writer.bodies).contains) == writer.bodies)
                }
            }
            #expect(listeners.contains { $0.sentAway > 0 }, "no parked poll was answered by a process that was to end")
            print(
                "replaced \(servers.count) processes: \(posted.count) messages, \(api.retries) + \(realtime.retries) retries, slowest end \(slowest)"
            )
        }
    }
}
