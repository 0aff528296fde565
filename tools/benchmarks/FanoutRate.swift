internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Projections
internal import Redis

/// R1: how fast the fan-out writes entries when a backlog waits for it. One process projects a burst of messages to a room
/// whose members all hold queues; then another takes up the fan-out, and its watermark tells its pace.
struct FanoutRate {
    let system: System
    let people: Population
    let room: RoomID
    let entriesEach: Int

    func measure(runs: Int) async throws -> (ours: [Double], redis: [Double]) {
        let redis = try RedisClient(RedisConfiguration(url: system.settings.redis))
        var (ours, plain) = ([Double](), [Double]())
        for run in 0..<runs {
            plain.append(try benchmark())
            let projector = try start("projector")
            // Several batches of the fan-out, so that its pace can be seen between the first and the last.
            let head = try await post(max(100, 1_000_000 / entriesEach), run)
            try await until { try Int64(projected()) ?? 0 >= head }
            Tool.stop(projector)
            let fanout = try start("fanout")
            defer { Tool.stop(fanout) }
            let clock = ContinuousClock()
            let before = try await watermark(redis)
            var first: (position: Int64, at: ContinuousClock.Instant)?
            var now = before
            while now < head {
                try await Task.sleep(for: .milliseconds(2))
                now = try await watermark(redis)
                if first == nil, now > before { first = (now, clock.now) }
            }
            guard let first, first.position < head else {
                throw Tool.Failed(description: "the backlog was fanned out in one step")
            }
            ours.append(Double(head - first.position) * Double(entriesEach) / (clock.now - first.at).seconds)
        }
        await redis.close()
        return (ours, plain)
    }

    private func start(_ role: String) throws -> Process {
        try Tool.start(
            system.settings.binary,
            ["serve", "--role", role, "--port", "\(system.settings.port + 3)"],
            environment: system.environment,
            log: system.settings.folder + "/\(role).log"
        )
    }

    /// Posts to the room; gives the last one's position.
    private func post(_ count: Int, _ run: Int) async throws -> Position {
        let author = people.users[0]
        var last: Position = 0
        for number in 0..<count {
            let context = CommandContext(caller: Caller(tenant: people.tenant, actor: .user(author), user: author))
            let message = PostMessage(
                message: MessageID(),
                room: room,
                body: "burst \(run) \(number) \(String(repeating: "x", count: 200))"
            )
            last = try await people.handler.handle(message, in: context).position
        }
        return last
    }

    private func projected() throws -> String {
        try system.psql(
            "SELECT position FROM rm.checkpoints WHERE projection = 'product' AND partition = \(people.tenant.partition.number)"
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func watermark(_ redis: RedisClient) async throws -> Position {
        let value = try await redis.send(RedisCommand("HGET", FanoutKeys.state(people.tenant.partition), "w"))
        return value.string.flatMap { Int64($0) } ?? 0
    }

    private func until(_ condition: () throws -> Bool) async throws {
        for _ in 0..<600 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Tool.Failed(description: "the projector did not get there in a minute")
    }

    private func benchmark() throws -> Double {
        let text = try Tool.run(
            "/usr/bin/redis-benchmark",
            [
                "-s", system.redisSocket, "-P", "64", "-c", "50", "-n", "500000", "-r", "10000", "-q", "--csv", "XADD",
                "bench:__rand_int__", "*", "r", "0123456789abcdef",
            ]
        )
        let fields = text.split(separator: "\n").last?.split(separator: ",") ?? []
        guard fields.count > 1, let rate = Double(fields[1].filter { $0 != "\"" }) else {
            throw Tool.Failed(description: "redis-benchmark said: \(text)")
        }
        return rate
    }
}
