import Crypto
import EventStore
import Events
import Foundation
import GatewayHTTP
import HTTPTypes
import Logging
import RateLimits
import Redis
import TestSupport
import Testing

/// With a hundredth of the limits, so that they are soon met.
struct LimitTests {
    private static let events = "/api/audit/events?max_events=1"

    private static func run(
        behind proxies: TrustedProxies = .none,
        _ body: @Sendable (Premises) async throws -> Void
    ) async throws {
        try await TestRedis.lend { (redis) async throws in
            try await run(on: redis, behind: proxies, body)
        }
    }

    private static func run(
        on redis: RedisConfiguration,
        behind proxies: TrustedProxies,
        _ body: @Sendable (Premises) async throws -> Void
    ) async throws {
        let client = RedisClient(redis)
        let limiter = RateLimiter(
            redis: client,
            secret: SymmetricKey(size: .bits256),
            logger: Logger(label: "test")
        )
        let limits = RequestLimits(limiter, behind: proxies, percent: 1)
        let result: Result<Void, any Error>
        do {
            result = .success(try await Premises.run(projecting: false, over: .live, limits: limits, body))
        } catch { result = .failure(error) }
        await client.close()
        try result.get()
    }

    @Test func `who comes too often is told so, and when to come again`() async throws {
        try await Self.run { (premises) async throws in
            let (ada, bob) = (
                try await premises.person("ada", .auditor), try await premises.person("bob", .auditor)
            )
            for left in (0..<3).reversed() {
                let answer = try await premises.send(.get, Self.events, as: ada)
                #expect(answer.status == 200)
                #expect(answer.headers[.rateLimitPolicy] == #""audit";q=3;w=60, "audit-tenant";q=12;w=60"#)
                #expect(answer.headers[.rateLimit]?.hasPrefix(#""audit";r=\#(left);t="#) == true)
                #expect(answer.headers[.retryAfter] == nil)
            }
            let refused = try await premises.send(.get, Self.events, as: ada)
            refused.expectProblem(429, "rate_limited")
            #expect(refused.headers[.rateLimitPolicy] == #""audit";q=3;w=60, "audit-tenant";q=12;w=60"#)
            #expect(refused.headers[.rateLimit]?.hasPrefix(#""audit";r=0;t="#) == true)
            #expect((1...20).contains(Int(refused.headers[.retryAfter] ?? "") ?? 0))
            // Neither other requests of hers nor those of others are affected.
            #expect(try await premises.send(.get, "/api/me", as: ada).status != 429)
            #expect(try await premises.send(.get, Self.events, as: bob).status == 200)
        }
    }

    @Test func `all users of a tenant together have a limit too, and no other tenant's`() async throws {
        try await Self.run { (premises) async throws in
            var people: [Premises.Person] = []
            for number in 0..<20 { people.append(try await premises.person("user\(number)", .auditor)) }
            let clock = ContinuousClock()
            let begin = clock.now
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for person in people {
                    for _ in 0..<3 { group.addTask { try await premises.send(.get, Self.events, as: person) } }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // Twelve at once and one more each five seconds.
            let taken = answers.count { $0.status == 200 }
            #expect(taken >= 12 && taken <= 12 + Int((clock.now - begin) / .seconds(5)))
            let refused = try #require(answers.first { $0.status != 200 })
            refused.expectProblem(429, "rate_limited")
            #expect(refused.headers[.rateLimit]?.hasPrefix(#""audit-tenant";r=0;t="#) == true)
            let tenant = try await premises.database.makeTenant()
            let stranger = try await premises.person("else", .auditor, in: tenant)
            #expect(try await premises.send(.get, Self.events, as: stranger).status == 200)
        }
    }

    @Test func `an address that tries tokens is stopped, and who is in goes on`() async throws {
        try await Self.run { (premises) async throws in
            try await premises.send(.get, "/api/me", headers: [.authorization: "Bearer \(Self.guess())"])
                .expectProblem(401, "auth.dead_session")
            for token in [Self.guess(), Self.guess(), "none"] {
                let refused = try await premises.send(.get, "/api/me", headers: [.authorization: "Bearer \(token)"])
                refused.expectProblem(429, "rate_limited")
                #expect(refused.headers[.rateLimitPolicy] == #""stranger";q=1;w=60"#)
                #expect((1...60).contains(Int(refused.headers[.retryAfter] ?? "") ?? 0))
            }
            // A session that nobody has seen is looked for no sooner; one that was seen is not affected.
            let ada = try await premises.person("ada")
            try await premises.send(.get, "/api/me", as: ada).expectProblem(429, "rate_limited")
        }
        try await Self.run { (premises) async throws in
            #expect(try await premises.send(.patch, "/api/me", #"{"name":"O"}"#).status == 200)
            for _ in 0..<5 { _ = try await premises.send(.get, "/api/me", headers: [.authorization: "Bearer none"]) }
            #expect(try await premises.send(.patch, "/api/me", #"{"name":"P"}"#).status == 200)
        }
    }

    @Test func `a header that says for whom one speaks counts for nothing from who is no proxy`() async throws {
        try await Self.run { (premises) async throws in
            #expect(try await Self.knock(premises, forwardedFor: "192.0.2.1") == 401)
            for number in 2..<6 {
                #expect(try await Self.knock(premises, forwardedFor: "192.0.2.\(number)") == 429)
            }
        }
    }

    @Test func `behind a trusted proxy each client has a count of its own, whatever they make up`() async throws {
        let proxies = try #require(TrustedProxies("127.0.0.0/8,10.0.0.0/8", by: .xForwardedFor))
        try await Self.run(behind: proxies) { (premises) async throws in
            #expect(try await Self.knock(premises, forwardedFor: "192.0.2.1") == 401)
            #expect(try await Self.knock(premises, forwardedFor: "192.0.2.2") == 401)
            #expect(try await Self.knock(premises, forwardedFor: "1.2.3.4, 192.0.2.1, 10.0.0.1") == 429)
            #expect(try await Self.knock(premises, forwardedFor: "192.0.2.3, 192.0.2.2") == 429)
        }
    }

    @Test func `whoever tries the secret of an account is stopped, and nobody else who logs in to it`() async throws {
        let proxies = try #require(TrustedProxies("127.0.0.1", by: .xForwardedFor))
        try await Self.run(behind: proxies) { (premises) async throws in
            let secret = "dbs_" + String(repeating: "A", count: 43)
            let body = #"{"client_id":"\#(PrincipalID())","client_secret":"\#(secret)"}"#
            func logIn(from address: String) async throws -> Answer {
                let headers: HTTPFields = [.authorization: "", HTTPField.Name("X-Forwarded-For")!: address]
                return try await premises.send(.post, "/auth/agent/login", body, headers: headers)
            }
            try await logIn(from: "192.0.2.1").expectProblem(401, "auth.agent_refused")
            try await logIn(from: "192.0.2.1").expectProblem(429, "rate_limited")
            try await logIn(from: "192.0.2.2").expectProblem(401, "auth.agent_refused")
        }
    }

    @Test func `while Redis is away the process keeps the limits, and counts there again afterwards`() async throws {
        let redis = try await PrivateRedis()
        try await Self.run(on: try redis.configuration(commandTimeout: .milliseconds(250)), behind: .none) {
            (premises) async throws in
            let ada = try await premises.person("ada", .auditor)
            #expect(try await premises.send(.get, Self.events, as: ada).status == 200)
            redis.kill()
            var statuses: [Int] = []
            for _ in 0..<6 { statuses.append(try await premises.send(.get, Self.events, as: ada).status) }
            #expect(statuses == [200, 200, 200, 429, 429, 429])
            try await redis.start()
            let client = RedisClient(try redis.configuration())
            let deadline = ContinuousClock.now + .seconds(30)
            while try await client.send(RedisCommand("DBSIZE")).int == 0, ContinuousClock.now < deadline {
                _ = try await premises.send(.get, Self.events, as: ada)
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await client.send(RedisCommand("DBSIZE")).int != 0)
            await client.close()
        }
    }

    @Test func `every class lets an ordinary client be, and every endpoint tells that it is limited`() async throws {
        for kind in [RouteClass.read, .poll] { #expect(kind.rule.limit / Int(kind.rule.window / .seconds(1)) >= 100) }
        try await Premises.run(projecting: false) { (premises) async throws in
            let contract = try await premises.contract()
            for endpoint in premises.endpoints {
                let operation = contract.document["paths"][endpoint.path][endpoint.method.rawValue.lowercased()]
                #expect(operation["responses"]["429"]["description"].text?.contains("`rate_limited`") == true)
            }
        }
    }

    @Test(arguments: RouteClass.allCases)
    func `the page on limits tells the rules as they are`(kind: RouteClass) throws {
        let page = URL(filePath: #filePath).appending(path: "../../../../docs/limits.md").standardizedFileURL
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        let row = try #require(rows.first { $0.hasPrefix("| `\(kind.rawValue)` |") }).split(separator: "|")
        let told = row.suffix(2).map { $0.replacing(",", with: "").trimmingCharacters(in: .whitespaces) }
        let rules = [kind.rule, kind.tenantRule].map { rule in
            rule.map { "\($0.limit) in \($0.window.components.seconds) s" } ?? ""
        }
        #expect(told == rules)
    }

    /// What a caller without a session is answered.
    private static func knock(_ premises: Premises, forwardedFor addresses: String) async throws -> Int {
        let headers: HTTPFields = [.authorization: "Bearer none", HTTPField.Name("X-Forwarded-For")!: addresses]
        return try await premises.send(.get, "/api/me", headers: headers).status
    }

    private static func guess() -> String {
        "dbk_" + String((0..<43).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement()! })
    }
}
