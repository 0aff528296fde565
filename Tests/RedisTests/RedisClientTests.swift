import Redis
import Testing

struct RedisClientTests {
    @Test func `a thousand concurrent callers each get their own reply`() async throws {
        let redis = try TestRedis.client(connections: 2)
        try await withThrowingTaskGroup { group in
            for number in 0..<1000 {
                group.addTask {
                    for round in 0..<5 {
                        let text = "\(number)/\(round)"
                        let reply = try await redis.send(RedisCommand("ECHO", text))
                        #expect(reply.string == text)
                    }
                }
            }
            try await group.waitForAll()
        }
        await redis.close()
    }

    @Test func `no other command gets between those of a pipeline`() async throws {
        let redis = try TestRedis.client()
        let key = TestRedis.key()
        try await withThrowingTaskGroup { group in
            for number in 0..<1000 {
                group.addTask {
                    let replies = try await redis.pipeline([
                        RedisCommand("SET", key, number),
                        RedisCommand("INCR", key),
                        RedisCommand("GET", key),
                    ])
                    #expect(replies.map(\.int) == [nil, Int64(number + 1), Int64(number + 1)])
                }
            }
            try await group.waitForAll()
        }
        await redis.close()
    }

    @Test func `what one caller sends in turn arrives in turn`() async throws {
        let redis = try TestRedis.client()
        let key = TestRedis.key()
        for number in 0..<200 { _ = try await redis.send(RedisCommand("RPUSH", key, number)) }
        let list = try await redis.send(RedisCommand("LRANGE", key, 0, -1))
        #expect(list.array?.compactMap(\.int) == Array(0..<200))
        await redis.close()
    }

    @Test func `an error reply reaches its caller only`() async throws {
        let redis = try TestRedis.client()
        let key = TestRedis.key()
        _ = try await redis.send(RedisCommand("SET", key, "text"))
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        let error = await #expect(throws: RedisError.self) {
                            try await redis.send(RedisCommand("INCR", key))
                        }
                        #expect(error?.code == .server("ERR"))
                    } else {
                        let reply = try await redis.send(RedisCommand("GET", key))
                        #expect(reply.string == "text")
                    }
                }
            }
            try await group.waitForAll()
        }
        await redis.close()
    }

    @Test func `an empty pipeline has no replies`() async throws {
        let redis = try TestRedis.client()
        #expect(try await redis.pipeline([]).isEmpty)
        await redis.close()
    }

    @Test func `a connection killed while idle is replaced unnoticed`() async throws {
        let redis = try TestRedis.client()
        for _ in 0..<3 {
            let id = try #require(try await redis.send(RedisCommand("CLIENT", "ID")).int)
            #expect(try TestRedis.connection().send(RedisCommand("CLIENT", "KILL", "ID", id)) == .integer(1))
            let next = try #require(try await redis.send(RedisCommand("CLIENT", "ID")).int)
            #expect(next != id)
        }
        await redis.close()
    }

    @Test func `commands in flight when the connection is killed are lost and not sent again`() async throws {
        let redis = try TestRedis.client()
        let (gate, counter) = (TestRedis.key(), TestRedis.key())
        let id = try #require(try await redis.send(RedisCommand("CLIENT", "ID")).int)
        // Redis has executed the first and is blocked in the second when the connection goes.
        let lost = Task { try await redis.pipeline([RedisCommand("INCR", counter), RedisCommand("BLPOP", gate, 4)]) }
        let other = try TestRedis.connection()
        try await eventually { try other.send(RedisCommand("GET", counter)).int == 1 }
        _ = try other.send(RedisCommand("CLIENT", "KILL", "ID", id))
        let error = await #expect(throws: RedisError.self) { try await lost.value }
        #expect(error?.code == .connectionLost)
        #expect(try await redis.send(RedisCommand("GET", counter)).int == 1)
        await redis.close()
    }

    @Test func `a closed client answers what it has and takes nothing more`() async throws {
        let redis = try TestRedis.client()
        let key = TestRedis.key()
        let callers = (0..<100).map { _ in Task { try await redis.send(RedisCommand("INCR", key)) } }
        for caller in callers { _ = try await caller.value }
        await redis.close()
        await redis.close()
        let error = await #expect(throws: RedisError.self) { try await redis.send(RedisCommand("PING")) }
        #expect(error?.code == .closed)
        #expect(error?.isUnavailable == true)
    }
}
