import TestSupport
import Testing

@testable import RateLimits

struct LocalMetersTests {
    private let rule = RateRule(name: "rule", limit: 3, window: .seconds(60))
    private let begin = ContinuousClock.now

    @Test func `what is used comes back evenly`() {
        var meters = LocalMeters(capacity: 10)
        let one = charge(1)
        for _ in 0..<3 { #expect(meters.decide([one], at: begin).isAllowed) }
        #expect(!meters.decide([one], at: begin + .milliseconds(19_999)).isAllowed)
        #expect(meters.decide([one], at: begin + .seconds(20)).isAllowed)
        #expect(!meters.decide([one], at: begin + .seconds(39)).isAllowed)
        // After a window without requests all is there again, and not more.
        for _ in 0..<3 { #expect(meters.decide([one], at: begin + .seconds(1000)).isAllowed) }
        #expect(!meters.decide([one], at: begin + .seconds(1000)).isAllowed)
    }

    @Test func `over any span no more gets through than the rule says`() {
        var random = Seeded(1)
        for _ in 0..<20 {
            var meters = LocalMeters(capacity: 10)
            var now = begin
            var times: [ContinuousClock.Instant] = []
            for _ in 0..<400 {
                now += .milliseconds(Int(random.next() % 20_000))
                if meters.decide([charge(1)], at: now).isAllowed { times.append(now) }
            }
            for first in times.indices {
                for last in times[first...].indices {
                    let span = (times[last] - times[first]) / .seconds(1)
                    #expect(Double(last - first + 1) <= 3 * (1 + span / 60) + 0.001)
                }
            }
        }
    }

    @Test func `a request that one rule refuses counts against none`() {
        var meters = LocalMeters(capacity: 10)
        #expect(meters.decide([charge(1), charge(2, cost: 3)], at: begin).isAllowed)
        #expect(meters.decide([charge(1), charge(2)], at: begin).levels == [60_000, 180_000])
        #expect(meters.decide([charge(1, cost: 2)], at: begin).isAllowed)
    }

    @Test func `a million subjects take no more room than two generations`() {
        var meters = LocalMeters(capacity: 1000)
        // One that keeps coming is remembered through all of them.
        let busy = charge(.max, cost: 3)
        #expect(meters.decide([busy], at: begin).isAllowed)
        for number in 0..<1_000_000 {
            _ = meters.decide([charge(UInt64(number))], at: begin)
            if number % 900 == 0 { #expect(!meters.decide([busy], at: begin).isAllowed) }
            if meters.count > 2000 {
                Issue.record("\(meters.count) are kept")
                return
            }
        }
    }

    private func charge(_ number: UInt64, cost: Int = 1) -> LocalMeters.Charge {
        LocalMeters.Charge(key: RateKey(high: number, low: 0), rule: rule, cost: cost)
    }
}
