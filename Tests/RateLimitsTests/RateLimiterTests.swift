import Crypto
import Logging
import RateLimits
import Redis
import TestSupport
import Testing

struct RateLimiterTests {
    /// A window so long that nothing comes back meanwhile.
    private let hourly = RateRule(name: "hourly", limit: 10, window: .seconds(3600))

    static let secret = SymmetricKey(size: .bits256)

    /// A Redis of the test's own, and a process that counts there.
    static func run(_ body: (RateLimiter, RedisConfiguration) async throws -> Void) async throws {
        try await TestRedis.lend { (configuration) async throws in
            let redis = RedisClient(configuration, connections: 4)
            let limits = RateLimiter(redis: redis, secret: secret, logger: Logger(label: "test"))
            let result: Result<Void, any Error>
            do { result = .success(try await body(limits, configuration)) } catch { result = .failure(error) }
            await redis.close()
            try result.get()
        }
    }

    @Test func `so much gets through, and no more`() async throws {
        try await Self.run { (limits, _) async throws in
            for left in (0..<10).reversed() {
                let decision = await limits.decide([RateCharge(hourly, subject: "ada")])
                #expect(decision.isAllowed && !decision.isLocal)
                #expect(decision.tightest?.remaining == left)
                #expect(decision.retryAfterField == nil)
            }
            let refused = await limits.decide([RateCharge(hourly, subject: "ada")])
            #expect(!refused.isAllowed)
            #expect(refused.policyField == #""hourly";q=10;w=3600"#)
            // The ten that were used come back one each six minutes.
            let standing = refused.tightest
            #expect(standing?.remaining == 0 && (3580...3600).contains(standing?.resetSeconds ?? 0))
            #expect((340...360).contains(standing?.retrySeconds ?? 0))
            #expect(
                refused.limitField?.hasPrefix(#""hourly";r=0;t=3"#) == true
                    && refused.retryAfterField?.hasPrefix("3") == true
            )
            #expect(await limits.decide([RateCharge(hourly, subject: "eve")]).isAllowed)
        }
    }

    @Test func `of 200 who race for the last one, one wins`() async throws {
        try await Self.run { (limits, configuration) async throws in
            for _ in 0..<9 { _ = await limits.decide([RateCharge(hourly, subject: "ada")]) }
            let redis = RedisClient(configuration)
            let others = RateLimiter(redis: redis, secret: Self.secret, logger: Logger(label: "other"))
            let won = await withTaskGroup(of: RateDecision.self) { group in
                for number in 0..<200 {
                    let limits = number % 2 == 0 ? limits : others
                    group.addTask { await limits.decide([RateCharge(hourly, subject: "ada")]) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(won.count { $0.isAllowed } == 1)
            #expect(won.allSatisfy { !$0.isLocal })
            await redis.close()
        }
    }

    @Test(.timeLimit(.minutes(20))) func `what is used comes back evenly`() async throws {
        try await Self.run { (limits, _) async throws in
            // One comes back every three seconds.
            let rule = RateRule(name: "slow", limit: 5, window: .seconds(15))
            let clock = ContinuousClock()
            let begin = clock.now
            var (allowed, refused) = (0, 0)
            while allowed <= 5 || refused == 0 {
                if await limits.decide([RateCharge(rule, subject: "ada")]).isAllowed {
                    allowed += 1
                    // Redis counts whole milliseconds.
                    #expect(allowed <= 5 + Int((clock.now - begin + .milliseconds(2)) / .seconds(3)))
                } else {
                    refused += 1
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(20))) func `who waits as long as it was told is let through`() async throws {
        try await Self.run { (limits, _) async throws in
            let rule = RateRule(name: "slow", limit: 1, window: .seconds(5))
            var refused: RateDecision?
            while refused == nil {
                let decision = await limits.decide([RateCharge(rule, subject: "ada")])
                if !decision.isAllowed { refused = decision }
            }
            let seconds = try #require(refused?.retryAfterField.flatMap { Int($0) })
            #expect((1...5).contains(seconds))
            try await Task.sleep(for: .seconds(seconds))
            #expect(await limits.decide([RateCharge(rule, subject: "ada")]).isAllowed)
        }
    }

    @Test func `a request that one rule refuses counts against none`() async throws {
        try await Self.run { (limits, _) async throws in
            let tight = RateRule(name: "tight", limit: 2, window: .seconds(3600))
            let both = [RateCharge(hourly, subject: "192.0.2.1"), RateCharge(tight, subject: "ada")]
            for _ in 0..<2 { #expect(await limits.decide(both).isAllowed) }
            for _ in 0..<20 {
                let refused = await limits.decide(both)
                #expect(!refused.isAllowed)
                #expect(refused.tightest?.rule == tight)
                #expect(refused.standings.map(\.isAllowed) == [true, false])
                #expect(refused.standings.map(\.remaining) == [8, 0])
            }
            #expect(await limits.decide([RateCharge(hourly, subject: "192.0.2.1", cost: 8)]).isAllowed)
            #expect(await !limits.decide([RateCharge(hourly, subject: "192.0.2.1")]).isAllowed)
        }
    }

    @Test func `a cost is taken whole or not at all`() async throws {
        try await Self.run { (limits, _) async throws in
            #expect(await limits.decide([RateCharge(hourly, subject: "ada", cost: 7)]).isAllowed)
            let refused = await limits.decide([RateCharge(hourly, subject: "ada", cost: 4)])
            #expect(!refused.isAllowed)
            #expect(refused.tightest?.remaining == 3)
            #expect((340...360).contains(refused.tightest?.retrySeconds ?? 0))
            #expect(await limits.decide([RateCharge(hourly, subject: "ada", cost: 3)]).isAllowed)
            let asked = await limits.decide([RateCharge(hourly, subject: "ada", cost: 0)])
            #expect(asked.isAllowed && asked.tightest?.remaining == 0)
        }
    }

    @Test func `what exceeds the limit itself is refused for good and counts nothing`() async throws {
        try await Self.run { (limits, _) async throws in
            for cost in [11, .max] {
                let refused = await limits.decide([RateCharge(hourly, subject: "ada", cost: cost)])
                #expect(!refused.isAllowed)
                #expect(refused.tightest?.remaining == 10)
                #expect(refused.retryAfterField == nil)
            }
        }
    }

    @Test func `a subject that a rule is asked about twice pays twice`() async throws {
        try await Self.run { (limits, _) async throws in
            let charge = RateCharge(hourly, subject: "ada", cost: 3)
            let decision = await limits.decide([charge, charge])
            #expect(decision.standings.map(\.remaining) == [4])
            #expect(await !limits.decide([charge, charge]).isAllowed)
            #expect(await !limits.decide([RateCharge(hourly, subject: "ada", cost: .max), charge]).isAllowed)
            #expect(await limits.decide([charge]).isAllowed)
        }
    }

    @Test func `large rules count exactly`() async throws {
        try await Self.run { (limits, _) async throws in
            // As large as a rule can be: 2^53 / 86,400,000 ms.
            let rule = RateRule(name: "large", limit: 104_249_991, window: .seconds(86_400))
            #expect(await limits.decide([RateCharge(rule, subject: "ada", cost: 104_249_000)]).isAllowed)
            let decision = await limits.decide([RateCharge(rule, subject: "ada", cost: 0)])
            // 1.2 units come back each millisecond.
            #expect((991...20_000).contains(try #require(decision.tightest?.remaining)))
        }
    }

    @Test func `rules of one name but another size share nothing`() async throws {
        try await Self.run { (limits, _) async throws in
            let wider = RateRule(name: "hourly", limit: 20, window: .seconds(3600))
            #expect(await limits.decide([RateCharge(hourly, subject: "ada", cost: 10)]).isAllowed)
            #expect(await limits.decide([RateCharge(wider, subject: "ada", cost: 20)]).isAllowed)
        }
    }

    @Test func `no rule lets everything through`() async throws {
        try await Self.run { (limits, _) async throws in
            let decision = await limits.decide([])
            #expect(decision.isAllowed && decision.tightest == nil && decision.policyField == nil)
        }
    }

    @Test func `keys tell nobody's address and expire by themselves`() async throws {
        try await Self.run { (limits, configuration) async throws in
            let redis = RedisClient(configuration)
            let rule = RateRule(name: "brief", limit: 1, window: .seconds(10))
            _ = await limits.decide([RateCharge(rule, subject: "192.0.2.1"), RateCharge(hourly, subject: "192.0.2.1")])
            let keys = try await redis.send(RedisCommand("KEYS", "*")).array ?? []
            #expect(keys.count == 2)
            for key in keys.compactMap(\.string) {
                #expect(try #/daybook:limit:[0-9a-f]{32}/#.wholeMatch(in: key) != nil)
                let left = try #require(try await redis.send(RedisCommand("PTTL", key)).int)
                #expect(left > 0 && left <= 360_000)
            }
            // The unit of the brief rule is back after ten seconds.
            try await eventually { try await redis.send(RedisCommand("DBSIZE")).int == 1 }
            let strangers = RateLimiter(
                redis: redis,
                secret: SymmetricKey(size: .bits256),
                logger: Logger(label: "test")
            )
            _ = await strangers.decide([RateCharge(hourly, subject: "192.0.2.1")])
            #expect(try await redis.send(RedisCommand("DBSIZE")).int == 2)
            await redis.close()
        }
    }
}
