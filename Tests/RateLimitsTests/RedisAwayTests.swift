import Crypto
import Logging
import RateLimits
import Redis
import TestSupport
import Testing

/// Each test has a Redis of its own, to do harm to.
struct RedisAwayTests {
    private let server: PrivateRedis
    private let limits: RateLimiter
    private let hourly = RateRule(name: "hourly", limit: 10, window: .seconds(3600))

    init() async throws {
        server = try await PrivateRedis()
        limits = RateLimiter(
            redis: RedisClient(try server.configuration(commandTimeout: .milliseconds(250))),
            secret: SymmetricKey(size: .bits256),
            logger: Logger(label: "test")
        )
    }

    @Test func `when Redis is killed the same rules hold in the process, and in Redis when it is back`() async throws {
        #expect(await !decide().isLocal)
        server.kill()
        var local: [RateDecision] = []
        for _ in 0..<50 { local.append(await decide()) }
        #expect(local.allSatisfy { $0.isLocal })
        #expect(local.map(\.isAllowed) == Array(repeating: true, count: 10) + Array(repeating: false, count: 40))
        #expect(local.last?.limitField?.hasPrefix(#""hourly";r=0;t=3"#) == true)
        try await server.start()
        try await eventually { await !decide().isLocal }
        #expect(await !decide().isLocal)
    }

    @Test func `killed in the middle of many requests it loses none of them`() async throws {
        // One comes back every hundred seconds.
        let roomy = RateRule(name: "roomy", limit: 1000, window: .seconds(100_000))
        let decisions = await withTaskGroup(of: RateDecision.self) { group in
            for number in 0..<3000 {
                if number == 1500 { server.kill() }
                group.addTask { await limits.decide([RateCharge(roomy, subject: "ada")]) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(decisions.count == 3000)
        let (inRedis, local) = (decisions.filter { !$0.isLocal }, decisions.filter(\.isLocal))
        #expect(!local.isEmpty)
        // What was taken ahead and not spent within its second is lost.
        #expect((min(1000, inRedis.count) - 20...1000).contains(inRedis.count { $0.isAllowed }))
        #expect(local.count { $0.isAllowed } == min(1000, local.count))
    }

    @Test func `of a Redis that hangs few requests wait, and only so long as a command may`() async throws {
        _ = await decide()
        server.freeze()
        defer { server.thaw() }
        let clock = ContinuousClock()
        let first = await clock.measure { #expect(await decide().isLocal) }
        #expect(first >= .milliseconds(250) && first < .seconds(30))
        // If each of them waited, it would be 250 seconds.
        let all = await clock.measure {
            for _ in 0..<1000 { #expect(await decide().isLocal) }
        }
        #expect(all < .seconds(125))
        server.thaw()
        try await eventually { await !decide().isLocal }
    }

    @Test func `a Redis that cannot run the script is as good as away`() async throws {
        // The limiter writes into a Redis that has no room.
        let redis = RedisClient(try server.configuration())
        _ = try await redis.send(RedisCommand("CONFIG", "SET", "maxmemory-policy", "noeviction"))
        _ = try await redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
        let decisions = [await decide(), await decide()]
        #expect(decisions.allSatisfy { $0.isLocal && $0.isAllowed })
        await redis.close()
    }

    @Test func `a Redis that has forgotten the script is told it again`() async throws {
        let redis = RedisClient(try server.configuration())
        #expect(await limits.decide([RateCharge(hourly, subject: "ada", cost: 9)]).isAllowed)
        _ = try await redis.send(RedisCommand("SCRIPT", "FLUSH"))
        let decision = await decide()
        #expect(decision.isAllowed && !decision.isLocal && decision.tightest?.remaining == 0)
        // From then on by its digest, once for however many charges.
        _ = try await redis.send(RedisCommand("CONFIG", "RESETSTAT"))
        _ = await limits.decide([RateCharge(hourly, subject: "ada"), RateCharge(hourly, subject: "bob")])
        let stats = try #require(try await redis.send(RedisCommand("INFO", "commandstats")).string)
        #expect(stats.contains("cmdstat_evalsha:calls=1,") && !stats.contains("cmdstat_eval:"))
        await redis.close()
    }

    private func decide() async -> RateDecision { await limits.decide([RateCharge(hourly, subject: "ada")]) }
}

/// Waits for what another thread or Redis will do soon.
func eventually(within limit: Duration = .seconds(30), _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, "did not happen within \(limit)")
        try await Task.sleep(for: .milliseconds(5))
    }
}
