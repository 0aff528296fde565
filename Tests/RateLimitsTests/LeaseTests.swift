import Logging
import Redis
import TestSupport
import Testing

@testable import RateLimits

/// Units that a process takes from Redis ahead of the requests that will spend them.
struct LeaseTests {
    /// One comes back every hundred seconds.
    private let rule = RateRule(name: "rule", limit: 1000, window: .seconds(100_000))
    private let start = ContinuousClock.now

    private func charge(_ cost: Int = 1, of rule: RateRule? = nil) -> LocalMeters.Charge {
        LocalMeters.Charge(key: RateKey(high: 1, low: 0), rule: rule ?? self.rule, cost: cost)
    }

    @Test func `what was taken is spent once, within a second`() {
        var leases = Leases(capacity: 10)
        #expect(leases.spend(charge(), at: start) == nil)
        leases.keep(2, of: charge(), level: 3 * rule.windowMS, at: start)
        #expect(leases.spend(charge(), at: start) == 2 * rule.windowMS)
        #expect(leases.spend(charge(), at: start) == 3 * rule.windowMS)
        #expect(leases.spend(charge(), at: start) == nil)
        leases.keep(2, of: charge(), level: 3 * rule.windowMS, at: start)
        #expect(leases.spend(charge(), at: start + .seconds(1)) == nil)
    }

    @Test func `of those who ask at a time one takes more, a fiftieth, and nobody of a small limit`() {
        var leases = Leases(capacity: 10)
        #expect(leases.demand(for: charge(), at: start) == 20)
        #expect(leases.demand(for: charge(), at: start) == 0)
        #expect(leases.demand(for: charge(0), at: start + .seconds(1)) == 0)
        #expect(leases.demand(for: charge(), at: start + .seconds(1)) == 20)
        let large = RateRule(name: "large", limit: 1_000_000, window: .seconds(3600))
        let small = RateRule(name: "small", limit: 99, window: .seconds(3600))
        var others = Leases(capacity: 10)
        #expect(others.demand(for: charge(of: large), at: start) == 100)
        others = Leases(capacity: 10)
        #expect(others.demand(for: charge(of: small), at: start) == 0)
    }

    @Test func `two processes together let through no more than the limit, and say how much is left`() async throws {
        try await RateLimiterTests.run { (limits, configuration) async throws in
            let redis = RedisClient(configuration)
            let other = RateLimiter(redis: redis, secret: RateLimiterTests.secret, logger: Logger(label: "other"))
            let first = await limits.decide([RateCharge(rule, subject: "ada")])
            #expect(first.isAllowed && first.tightest?.remaining == 999)
            var allowed = 1
            for number in 0..<1_100 {
                let decision = await (number % 2 == 0 ? limits : other).decide([RateCharge(rule, subject: "ada")])
                #expect(!decision.isLocal)
                if decision.isAllowed { allowed += 1 }
            }
            // What was taken ahead and had gone stale before it was spent is lost; nothing is taken ahead beyond half of the limit.
            #expect((500...1000 + 20).contains(allowed), "\(allowed)")
            let refused = await other.decide([RateCharge(rule, subject: "ada")])
            #expect(!refused.isAllowed)
            await redis.close()
        }
    }

    @Test func `what was spent on a request that another rule refuses is given back`() async throws {
        try await RateLimiterTests.run { (limits, _) async throws in
            let tight = RateRule(name: "tight", limit: 1, window: .seconds(3600))
            func decide() async -> RateDecision {
                await limits.decide([RateCharge(rule, subject: "ada"), RateCharge(tight, subject: "ada")])
            }
            #expect(await decide().isAllowed)
            for _ in 0..<50 { #expect(await !decide().isAllowed) }
            let standing = await limits.decide([RateCharge(rule, subject: "ada", cost: 0)]).standings[0]
            // The twenty that were taken ahead are the most that can be missing.
            #expect(standing.remaining >= 1000 - 1 - 20 && standing.remaining <= 999)
        }
    }
}
