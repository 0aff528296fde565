import Redis
import Testing

struct RedisConnectionTests {
    private let redis: RedisConnection
    private let key = TestRedis.key()

    init() throws { redis = try TestRedis.connection() }

    @Test func `every kind of value comes back as what it is`() throws {
        #expect(try redis.send(RedisCommand("SET", key, "41")) == .status("OK"))
        #expect(try redis.send(RedisCommand("GET", key)).int == 41)
        #expect(try redis.send(RedisCommand("INCR", key)) == .integer(42))
        #expect(try redis.send(RedisCommand("GET", TestRedis.key())).isNull)
        #expect(try redis.send(RedisCommand("MGET", key, TestRedis.key())) == .array([.bytes([52, 50]), .null]))
        #expect(try redis.send(RedisCommand("LRANGE", TestRedis.key(), 0, -1)).array == [])
        #expect(try redis.send(RedisCommand("ECHO", "")).bytes == [])
    }

    @Test func `bytes that are no text survive`() throws {
        let bytes = [UInt8](0...255) + [0xFF, 0xFE, 0x0D, 0x0A, 0x00]
        _ = try redis.send(RedisCommand("SET", key, bytes))
        let value = try redis.send(RedisCommand("GET", key))
        #expect(value.bytes == bytes)
        #expect(value.string == nil)
    }

    @Test func `a value of megabytes survives`() throws {
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        _ = try redis.send(RedisCommand("SET", key, bytes))
        #expect(try redis.send(RedisCommand("GET", key)).bytes == bytes)
        _ = try redis.send(RedisCommand("DEL", key))
    }

    @Test func `an error reply is thrown and the connection goes on`() throws {
        _ = try redis.send(RedisCommand("SET", key, "text"))
        let error = #expect(throws: RedisError.self) { try redis.send(RedisCommand("LPUSH", key, "x")) }
        #expect(error?.code == .server("WRONGTYPE"))
        #expect(error?.isUnavailable == false)
        #expect(try redis.send(RedisCommand("GET", key)).string == "text")
    }

    @Test func `an error does not repeat what was sent`() throws {
        let error = #expect(throws: RedisError.self) { try redis.send(RedisCommand("NOSUCH", "hunter2", "hunter3")) }
        #expect(error?.code == .server("ERR"))
        #expect(error?.description == "ERR unknown command …")
    }

    @Test func `an error reply leaves its neighbours in the pipeline alone`() throws {
        var batch = RedisBatch()
        batch.append("SET", key, "1")
        batch.append("LPUSH", key, "x")
        batch.append("INCR", key)
        let replies = try redis.pipeline(batch)
        #expect(replies[0] == .status("OK"))
        #expect(replies[1].error?.code == .server("WRONGTYPE"))
        #expect(replies[2] == .integer(2))
    }

    @Test func `a transaction answers all its replies, or null when a watched key changed`() throws {
        var transaction = RedisBatch()
        transaction.append("MULTI")
        transaction.append("INCR", key)
        transaction.append("INCR", key)
        transaction.append("EXEC")
        #expect(try redis.pipeline(transaction).last == .array([.integer(1), .integer(2)]))

        _ = try redis.send(RedisCommand("WATCH", key))
        _ = try TestRedis.connection().send(RedisCommand("SET", key, "9"))
        #expect(try redis.pipeline(transaction).last?.isNull == true)

        _ = try redis.send(RedisCommand("WATCH", key))
        _ = try TestRedis.connection().send(RedisCommand("SET", key, "8"))
        #expect(try redis.pipelineCounting(transaction) == RedisTally(ok: 4, nulls: 1, errors: [:]))
        #expect(try redis.send(RedisCommand("GET", key)).int == 8)
    }

    @Test func `counting tells errors by their prefix, those within a transaction too`() throws {
        var batch = RedisBatch()
        batch.append("XADD", key, "5-0", "r", "a")
        batch.append("XADD", key, "5-0", "r", "again")
        batch.append("XADD", key, "6-0", "r", "b")
        batch.append("INCR", key)
        batch.append("GET", TestRedis.key())
        batch.append("MULTI")
        batch.append("INCR", key)
        batch.append("EXEC")
        let tally = try redis.pipelineCounting(batch)
        #expect(tally == RedisTally(ok: 6, nulls: 1, errors: ["ERR": 1, "WRONGTYPE": 2]))
        // The connection builds replies again.
        #expect(try redis.send(RedisCommand("XLEN", key)) == .integer(2))
    }

    @Test func `a blocking read gives null after its block`() throws {
        let reply = try redis.send(RedisCommand("XREAD", "BLOCK", 50, "STREAMS", key, "0-0"), timeout: .seconds(2))
        #expect(try RedisStreamEntry.read(reply).isEmpty)
    }

    @Test func `a reply that does not come in time ends the connection`() throws {
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            let error = #expect(throws: RedisError.self) {
                try redis.send(RedisCommand("BLPOP", key, 3), timeout: .milliseconds(100))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.isUnavailable == true)
        }
        #expect(elapsed > .milliseconds(99) && elapsed < .seconds(2))
        #expect(!redis.isHealthy)
        let error = #expect(throws: RedisError.self) { try redis.send(RedisCommand("PING")) }
        #expect(error?.code == .connectionLost)
    }

    @Test func `counting survives that the connection is killed in the middle`() throws {
        let id = try #require(try redis.send(RedisCommand("CLIENT", "ID")).int)
        var batch = RedisBatch()
        batch.append("LRANGE", key, 0, -1)
        batch.append("CLIENT", "KILL", "ID", id, "SKIPME", "no")
        batch.append("BLPOP", key, 2)
        let error = #expect(throws: RedisError.self) { try redis.pipelineCounting(batch) }
        #expect(error?.code == .connectionLost)
    }

    @Test func `entries of a stream are read with their fields in order`() throws {
        let raw: [UInt8] = [0xFF, 0x00]
        _ = try redis.send(RedisCommand("XADD", key, "5-1", "r", raw, "r", "second", "n", 7))
        _ = try redis.send(RedisCommand("XADD", key, "6-0", "r", "c"))
        let range = try RedisStreamEntry.range(redis.send(RedisCommand("XRANGE", key, "-", "+")), key: key)
        #expect(range.map(\.id) == [RedisStreamID(ms: 5, seq: 1), RedisStreamID(ms: 6, seq: 0)])
        #expect(range[0].fields.map(\.value) == [raw, Array("second".utf8), Array("7".utf8)])
        #expect(range[0]["r"] == raw && range[0]["x"] == nil)

        let read = try RedisStreamEntry.read(redis.send(RedisCommand("XREAD", "STREAMS", key, range[0].id)))
        #expect(read.map(\.key) == [key] && read[0]["r"] == Array("c".utf8))
    }

    @Test func `a server that is not there is said so, and none is waited for`() throws {
        for url in ["unix:///nonexistent/redis.sock", "redis://127.0.0.1:1"] {
            let error = #expect(throws: RedisError.self) { try RedisConnection(RedisConfiguration(url: url)) }
            #expect(error?.code == .connectionFailed)
        }
    }

    @Test func `ten thousand entries are written in one batch`() throws {
        let keys = (0..<1000).map { "\(key):\($0)" }
        let body = [UInt8](repeating: 0x61, count: 60)
        let clock = ContinuousClock()
        var batch = RedisBatch()
        let encoding = clock.measure {
            for number in 0..<10_000 { batch.append("XADD", keys[number % 1000], "\(number + 1)-0", "r", body) }
        }
        var tally = RedisTally(ok: 0, nulls: 0, errors: [:])
        let writing = try clock.measure { tally = try redis.pipelineCounting(batch) }
        #expect(tally == RedisTally(ok: 10_000, nulls: 0, errors: [:]))
        let rate = Int(10_000 / ((encoding + writing) / .seconds(1)))
        print("10,000 XADD: encoded in \(encoding), written in \(writing), \(rate) a second")
        _ = try redis.send(RedisCommand("DEL", arguments: keys))
    }
}
