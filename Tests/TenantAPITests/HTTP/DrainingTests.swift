import GatewayHTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

struct DrainingTests {
    /// Patient enough for a machine with other things to do.
    private let draining = Draining(quiet: .seconds(1), limit: .seconds(3))

    private func test(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let router = Router<DaybookRequestContext>.daybook(draining)
        router.get("/work") { _, _ in "done" }
        HealthRoutes(checks: [], draining: draining).add(to: router)
        try await Application(router: router).test(.router) { try await body($0) }
    }

    @Test func `while it announces its end it serves, and is not ready`() async throws {
        try await test { [draining] client in
            try await client.execute(uri: "/readyz", method: .get) { #expect($0.status == .ok) }
            try await client.execute(uri: "/work", method: .get) { answer in
                #expect(answer.status == .ok)
                #expect(answer.headers[.connection] == nil)
            }
            draining.announce()
            try await client.execute(uri: "/readyz", method: .get) { answer in
                #expect(answer.status == .serviceUnavailable)
                #expect(String(buffer: answer.body).contains(#""status":"draining""#))
            }
            try await client.execute(uri: "/healthz", method: .get) { #expect($0.status == .ok) }
            try await client.execute(uri: "/work", method: .get) { answer in
                #expect(answer.status == .ok)
                #expect(answer.headers[.connection] == "close")
            }
        }
    }

    @Test func `while it refuses, clients are told when to come back`() async throws {
        try await test { [draining] client in
            draining.announce()
            async let refusing: Void = draining.refuse()
            try await Task.sleep(for: .milliseconds(50))
            try await client.execute(uri: "/work", method: .get) { answer in
                #expect(answer.status == .serviceUnavailable)
                #expect(answer.headers[.retryAfter] == "3")
                #expect(answer.headers[.connection] == "close")
                #expect(String(buffer: answer.body).contains(#""code":"draining""#))
            }
            try await client.execute(uri: "/healthz", method: .get) { #expect($0.status == .ok) }
            await refusing
        }
    }

    @Test func `it refuses until nobody comes, and not for ever`() async throws {
        try await test { [draining] client in
            let start = ContinuousClock.now
            async let refusing: Void = draining.refuse()
            let coming = Task {
                while !Task.isCancelled {
                    try await client.execute(uri: "/work", method: .get) { _ in }
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            await refusing
            coming.cancel()
            #expect(ContinuousClock.now - start >= .seconds(3))
            let quiet = ContinuousClock.now
            await draining.refuse()
            #expect(ContinuousClock.now - quiet < .seconds(3))
        }
    }
}
