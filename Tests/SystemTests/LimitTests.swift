import Foundation
import TestSupport
import Testing

/// The limits of real processes, as they are unless somebody says otherwise.
struct LimitTests {
    private static let name = "/orgs/names/acme"

    @Test func `names are checked no faster than the rule says, however many gateways one asks`() async throws {
        try await Installation.run(settings: ["DAYBOOK_LIMITS_PERCENT": "100"]) { (installation) async throws in
            let servers = [try await installation.serve(), try await installation.serve(roles: "orgs-api")]
            let clock = ContinuousClock()
            let begin = clock.now
            var (taken, refused) = (0, 0)
            while refused < 20 {
                let server = servers[(taken + refused) % 2]
                // Whom somebody says that they ask for changes nothing.
                let answer = try await server.get(
                    Self.name,
                    headers: ["X-Forwarded-For": "192.0.2.\(taken)", "Forwarded": "for=192.0.2.\(taken)"]
                )
                #expect(answer.headers.first(name: "RateLimit-Policy") == #""names";q=30;w=60"#)
                if answer.status == 429 {
                    refused += 1
                    #expect(try answer.json["code"] as? String == "rate_limited")
                    #expect(answer.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 0 >= 1)
                    #expect(answer.headers.first(name: "RateLimit")?.hasPrefix(#""names";r=0;t="#) == true)
                } else {
                    taken += 1
                    try #require(answer.status == 200)
                }
                try #require(clock.now - begin < .seconds(60))
            }
            // Thirty at once and one more each two seconds.
            #expect(taken >= 30 && taken <= 30 + Int((clock.now - begin) / .seconds(2)))

            // Other requests from the same address go on.
            let ada = try await installation.token(for: "ada")
            #expect(try await servers[0].get("/api/me", as: ada).status == 200)
            #expect(try await servers[0].get("/auth/providers").status == 200)

            var counted = 0.0
            for server in servers {
                let answer = try await server.get("/metrics")
                let text = try PrometheusText(String(decoding: answer.body, as: UTF8.self), isOpenMetrics: false)
                counted += text["daybook_rate_limited_total", ["rule": "names"]] ?? 0
            }
            #expect(counted == Double(refused))
        }
    }

    @Test func `clients behind a proxy are told apart if it is trusted, and logins and tokens are limited by address`()
        async throws
    {
        try await Installation.run(settings: ["DAYBOOK_LIMITS_PERCENT": "2"]) { (installation) async throws in
            let server = try await installation.serve(
                options: ["--http-trusted-proxies", "127.0.0.1,::1", "--public-url", "https://daybook.example"]
            )
            for path in ["/auth/login", "/auth/callback", "/auth/session/refresh", "/orgs/names/acme"] {
                for address in ["192.0.2.1", "192.0.2.2"] {
                    var statuses: [Int] = []
                    for _ in 0..<3 {
                        let answer = try await server.send(
                            path.hasSuffix("refresh") ? .POST : .GET,
                            path,
                            headers: ["X-Forwarded-For": "203.0.113.\(statuses.count), \(address)"]
                        )
                        statuses.append(answer.status)
                        #expect(answer.headers.first(name: "Strict-Transport-Security") == "max-age=31536000")
                        #expect(answer.headers.first(name: "X-Content-Type-Options") == "nosniff")
                    }
                    // Logins and what comes back from them are one class.
                    let isShared = path == "/auth/callback"
                    #expect((statuses[0] == 429) == isShared, "\(path) \(statuses)")
                    #expect(statuses[2] == 429, "\(path) \(statuses)")
                }
            }
        }
    }

    @Test func `queues and polls are counted by user, a poll when it begins`() async throws {
        try await Installation.run(settings: ["DAYBOOK_LIMITS_PERCENT": "1"]) { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let body: JSON = ["event_types": ["user.changed"]]
            let queue = try await server.post("/realtime/queues", body, as: ada)
            #expect(queue.status == 201)
            #expect(
                queue.headers.first(name: "RateLimit-Policy") == #""register";q=1;w=60, "register-tenant";q=120;w=60"#
            )
            #expect(try await server.post("/realtime/queues", body, as: ada).status == 429)
            let (id, cursor) = try (
                #require(queue.json["queue_id"] as? String), #require(queue.json["cursor"] as? String)
            )
            let poll = try await server.get("/realtime/queues/\(id)/events?cursor=\(cursor)&timeout_s=2", as: ada)
            #expect(poll.status == 200)
            #expect(poll.headers.first(name: "RateLimit-Policy") == #""poll";q=10;w=10, "poll-tenant";q=500;w=10"#)
            #expect(poll.headers.first(name: "RateLimit")?.hasPrefix(#""poll";r=9;t="#) == true)
        }
    }

    @Test func `a list of proxies that is none is refused before anything starts`() async throws {
        try await Installation.run { (installation) async throws in
            let result = try await installation.attempt(["serve", "--http-trusted-proxies", "10.0.0.0/33"])
            #expect(result.status != 0 && result.errors.contains("http.trusted-proxies"))
        }
    }
}
