import Testing

@testable import RateLimits

struct RateFieldTests {
    private let burst = RateRule(name: "burst", limit: 100, window: .seconds(60))
    private let daily = RateRule(name: "day", limit: 1000, window: .milliseconds(86_400_000))

    @Test func `an answer names all policies and the tightest limit`() {
        let decision = RateDecision(
            isAllowed: true,
            standings: [
                RateStanding(burst, level: 50 * 60_000, cost: 1, taken: true),
                RateStanding(daily, level: 990 * 86_400_000, cost: 1, taken: true),
                RateStanding(daily, level: 0, cost: 1, taken: true),
            ],
            isLocal: false
        )
        #expect(decision.policyField == #""burst";q=100;w=60, "day";q=1000;w=86400"#)
        #expect(decision.limitField == #""day";r=10;t=85536"#)
        #expect(decision.retryAfterField == nil)
    }

    @Test func `a refusal names the rule that refuses longest`() {
        let decision = RateDecision(
            isAllowed: false,
            standings: [
                RateStanding(burst, level: 100 * 60_000, cost: 1, taken: false),
                RateStanding(daily, level: 1000 * 86_400_000 - 86_400_000 / 2, cost: 1, taken: false),
                RateStanding(RateRule(name: "idle", limit: 1, window: .seconds(1)), level: 0, cost: 1, taken: false),
            ],
            isLocal: false
        )
        #expect(decision.standings.map(\.isAllowed) == [false, false, true])
        #expect(decision.limitField == #""day";r=0;t=86357"#)
        #expect(decision.retryAfterField == "44")
    }
}

struct ClientAddressTests {
    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::FFFF:C000:0201", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
            ("2001:db8::1", "2001:db8:0:0::/64"),
            ("fe80::1%eth0", "fe80:0:0:0::/64"),
            ("::1", "0:0:0:0::/64"),
            ("", "unknown"),
            ("1.2.3", "unknown"),
            ("1.2.3.4\u{0}", "unknown"),
            ("[::1]", "unknown"),
            ("/run/daybook.sock", "unknown"),
        ]
    )
    func `an address counts as who is behind it`(address: String, subject: String) {
        #expect(ClientAddress.subject(address) == subject)
    }
}
