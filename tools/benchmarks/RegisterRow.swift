internal import Commands
internal import Events
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// R6: what a client does when it starts: a queue, and a snapshot of everything that its user sees.
struct RegisterRow: Sendable {
    let system: System
    /// Registrations one after the other.
    let registrations: Int
    /// And so many at once.
    let crowd: Int
    let runs: Int
    let group: any EventLoopGroup

    private static let (users, rooms, roomMembers, messages) = (500, 100, 25, 20)
    /// Those who register: members of every room.
    private static let readers = 20

    private var port: Int { system.settings.port }

    func measure(into report: inout Report) async throws {
        let server = try await system.serve(on: group)
        defer { Tool.stop(server) }
        let people = try await populate()
        var (p50s, p99s, crowds) = ([Double](), [Double](), [Double]())
        var bytes = 0
        let connection = try await LoadConnection.connect(port: port, on: group)
        let connections = try await concurrently(crowd, width: 32) { _ in
            try await LoadConnection.connect(port: port, on: group)
        }
        var split = ProcessorSplit(of: system, server: server)
        for _ in 0..<runs {
            var latencies: [Double] = []
            for number in 0..<registrations {
                let registered = try await register(people.tokens[number % Self.readers], over: connection)
                latencies.append(registered.milliseconds)
                bytes = registered.bytes
                try await delete(registered, over: connection)
            }
            p50s.append(Sample(latencies).median)
            p99s.append(Sample(latencies).percentile(0.99))
            let began = ContinuousClock.now
            let queues = try await split.measure {
                try await concurrently(crowd, width: crowd) { number in
                    try await register(people.tokens[number % Self.readers], over: connections[number])
                }
            }
            crowds.append((queues.map(\.answered).max()! - began).milliseconds)
            _ = try await concurrently(crowd, width: 16) { number in
                try await delete(queues[number], over: connections[number])
            }
        }
        for connection in connections + [connection] { await connection.close() }
        await people.close()
        let (p50, p99) = (Sample(p50s).median, Sample(p99s).median)
        report.add(
            Row(
                id: "R6",
                work: "register with a snapshot of \(Self.rooms) rooms and \(Self.users) users (\(bytes / 1024) KiB): "
                    + "p50 / p99 ms; \(crowd) at once: ms until all are answered",
                ours: "\(spread(Sample(p50s))) / \(spread(Sample(p99s))); \(spread(Sample(crowds)))",
                baseline: "-",
                ratio: "-",
                target: "≤ 40 / 150 ms",
                met: p50 <= 40 && p99 <= 150,
                split: split
            )
        )
    }

    private func populate() async throws -> Population {
        let people = try await Population.make("office", count: Self.users, in: system)
        let readers = people.users.prefix(Self.readers)
        let others = people.users.dropFirst(Self.readers)
        _ = try await concurrently(Self.rooms, width: 16) { number in
            let start = others.startIndex + number * 4
            let members = others[start..<start + Self.roomMembers - Self.readers]
            let room = try await people.room(of: (members + readers)[...])
            let author = members[start]
            for number in 0..<Self.messages {
                let context = CommandContext(caller: Caller(tenant: people.tenant, actor: .user(author), user: author))
                let post = PostMessage(message: MessageID(), room: room, body: "Message \(number) that nobody has read")
                _ = try await people.handler.handle(post, in: context)
            }
        }
        // What is fanned out was projected before.
        try await people.isFannedOut(by: system)
        try system.psql("VACUUM ANALYZE")
        return people
    }

    private struct Registered: Sendable {
        let token: String
        let queue: String
        let bytes: Int
        let milliseconds: Double
        let answered: ContinuousClock.Instant
    }

    private func register(_ token: String, over connection: LoadConnection) async throws -> Registered {
        let began = ContinuousClock.now
        let answer = try await connection.request(
            .POST,
            "/realtime/queues",
            token: token,
            json: #"{"initial_state":["me","users","rooms","unread"]}"#
        )
        let answered = ContinuousClock.now
        guard answer.status < 300 else {
            throw Tool.Failed(description: "register answered \(answer.status): \(String(buffer: answer.body))")
        }
        // Hundreds of kibibytes, of which only the queue is needed.
        let start = String(decoding: answer.body.readableBytesView.prefix(200), as: UTF8.self)
        guard let queue = start.firstMatch(of: #/"queue_id":"([^"]+)"/#)?.1 else {
            throw Tool.Failed(description: "register answered \(start)")
        }
        return Registered(
            token: token,
            queue: String(queue),
            bytes: answer.body.readableBytes,
            milliseconds: (answered - began).milliseconds,
            answered: answered
        )
    }

    private func delete(_ registered: Registered, over connection: LoadConnection) async throws {
        let path = "/realtime/queues/\(registered.queue)"
        let answer = try await connection.request(.DELETE, path, token: registered.token)
        guard answer.status < 300 else { throw Tool.Failed(description: "DELETE \(path) answered \(answer.status)") }
    }
}
