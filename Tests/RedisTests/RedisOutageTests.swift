import Redis
import TestSupport
import Testing

/// Each test has a Redis of its own, to do harm to.
struct RedisOutageTests {
    private let server: PrivateRedis

    init() async throws { server = try await PrivateRedis() }

    @Test func `while Redis is away callers fail at once, and go on when it is back`() async throws {
        let redis = RedisClient(try server.configuration())
        _ = try await redis.send(RedisCommand("PING"))
        server.kill()
        let elapsed = await withTaskExecutorPreference(OwnThread()) {
            await ContinuousClock().measure {
                for _ in 0..<100 {
                    let error = await #expect(throws: RedisError.self) { try await redis.send(RedisCommand("PING")) }
                    #expect(error?.code == .connectionFailed)
                }
            }
        }
        #expect(elapsed < .seconds(3))
        #expect(redis.failures == 100 && redis.waiting == 0)
        try await server.start()
        let back = ContinuousClock.now
        while true {
            do {
                _ = try await redis.send(RedisCommand("PING"))
                break
            } catch {
                #expect(error.code == .connectionFailed)
                try #require(ContinuousClock.now - back < .seconds(10))
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        #expect(ContinuousClock.now - back < .seconds(3))
        await redis.close()
    }

    @Test func `a client made before its Redis is there works once it is`() async throws {
        server.kill()
        let redis = RedisClient(try server.configuration())
        await #expect(throws: RedisError.self) { try await redis.send(RedisCommand("PING")) }
        try await server.start()
        // The longest first wait before another attempt is 50 ms.
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await redis.send(RedisCommand("PING")) == .status("PONG"))
        await redis.close()
    }

    @Test func `a Redis that hangs costs a timeout, then is left for a new connection`() async throws {
        let redis = RedisClient(try server.configuration(commandTimeout: .milliseconds(400)))
        let other = try RedisConnection(server.configuration())
        _ = try await redis.send(RedisCommand("PING"))
        _ = try other.send(RedisCommand("CLIENT", "PAUSE", 1200, "ALL"))
        let elapsed = await ContinuousClock().measure {
            let error = await #expect(throws: RedisError.self) { try await redis.send(RedisCommand("PING")) }
            #expect(error?.code == .timedOut)
        }
        #expect(elapsed < .seconds(3))
        try await Task.sleep(for: .milliseconds(1000))
        #expect(try await redis.send(RedisCommand("PING")) == .status("PONG"))
        await redis.close()
    }

    @Test func `more callers than may wait are turned away at once`() async throws {
        let redis = RedisClient(try server.configuration(), queueCapacity: 10)
        let other = try RedisConnection(server.configuration())
        _ = try await redis.send(RedisCommand("PING"))
        _ = try other.send(RedisCommand("CLIENT", "PAUSE", 1200, "ALL"))
        let codes = await withTaskGroup(of: RedisError.Code?.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    do throws(RedisError) {
                        _ = try await redis.send(RedisCommand("PING"))
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // Some were sent before the queue filled, ten waited, and no caller was forgotten.
        #expect(codes.count == 100)
        #expect(Set(codes) == [nil, .overloaded])
        #expect(codes.count { $0 == nil } >= 10)
        await redis.close()
    }

    @Test func `a wrong password is said at once and nowhere repeated`() throws {
        let admin = try RedisConnection(server.configuration())
        _ = try admin.send(RedisCommand("CONFIG", "SET", "requirepass", "ri@ght"))
        let path = try "\(server.configuration())"
        #expect(throws: Never.self) {
            try RedisConnection(RedisConfiguration(url: path.replacing("unix://", with: "unix://:ri%40ght@")))
        }
        let wrong = #expect(throws: RedisError.self) {
            try RedisConnection(RedisConfiguration(url: path.replacing("unix://", with: "unix://:hunter2@")))
        }
        #expect(wrong?.code == .connectionFailed)
        #expect(wrong?.message.contains("WRONGPASS") == true)
        #expect(wrong?.message.contains("hunter2") == false)
        let none = #expect(throws: RedisError.self) { try RedisConnection(server.configuration()) }
        #expect(none?.message.contains("NOAUTH") == true)
    }

    @Test func `a client that nobody holds any more ends its connection`() async throws {
        let other = try RedisConnection(server.configuration())
        func clients() throws -> Int {
            let list = try #require(other.send(RedisCommand("CLIENT", "LIST")).string)
            return list.split(separator: "\n").count
        }
        do {
            let redis = RedisClient(try server.configuration(), connections: 3)
            for _ in 0..<3 { _ = try await redis.send(RedisCommand("PING")) }
            #expect(try clients() == 4)
        }
        try await eventually { try clients() == 1 }
    }
}
