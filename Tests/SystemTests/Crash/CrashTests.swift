import Testing

/// Processes and stores die while people write and listen; then invariants 1 to 5 of `architecture.md` are proved by comparing
/// what everybody was told with the log. Two processes of each role, two tenants in one partition.
@Suite(.serialized, .onStage)
struct CrashTests {
    @Test func `kill -9 of each tenant API`() async throws {
        try await Ordeal.run { faults, dice in
            for server in faults.stage.tenantAPIs { try await faults.kill(server) }
        }
    }

    @Test func `kill -9 of each realtime gateway`() async throws {
        try await Ordeal.run { faults, dice in
            for server in faults.stage.gateways { try await faults.kill(server) }
        }
    }

    @Test func `kill -9 of the projector that owns the partition`() async throws {
        try await Ordeal.run { try await $0.strike(.projector, &$1) }
    }

    @Test func `kill -9 of the fan-out that owns the partition`() async throws {
        try await Ordeal.run { try await $0.strike(.fanout, &$1) }
    }

    @Test func `owners are held until others have taken over, and go on`() async throws {
        try await Ordeal.run { try await $0.strike(.zombie, &$1) }
    }

    @Test func `all backends are terminated, again and again`() async throws {
        try await Ordeal.run { faults, dice in
            for _ in 0..<4 {
                try await faults.strike(.backends, &dice)
                try await Task.sleep(for: .milliseconds(400))
            }
        }
    }

    @Test func `Redis is flushed`() async throws {
        try await Ordeal.run { faults, dice in
            for _ in 0..<2 {
                try await faults.strike(.flush, &dice)
                try await Task.sleep(for: .milliseconds(900))
            }
        }
    }

    @Test func `Redis dies and starts empty`() async throws {
        try await Ordeal.run { try await $0.strike(.redis, &$1) }
    }

    @Test func `Postgres dies and recovers`() async throws {
        try await Ordeal.run { try await $0.strike(.postgres, &$1) }
    }

    @Test func `everything dies, two at a time, in any order`() async throws {
        try await Ordeal.run(for: Ordeal.seconds(times: 3), isRebuilt: true) { faults, dice in
            let end = ContinuousClock.now + Ordeal.seconds(times: 3)
            while ContinuousClock.now < end {
                let kinds = Faults.Kind.allCases.shuffled(using: &dice)
                var (one, other) = (Dice(seed: dice.next()), Dice(seed: dice.next()))
                async let first: Void = faults.strike(kinds[0], &one)
                try await faults.strike(kinds[1], &other)
                try await first
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &dice)))
            }
        }
    }
}
