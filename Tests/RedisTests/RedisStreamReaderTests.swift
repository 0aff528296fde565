import Dispatch
import Redis
import Synchronization
import TestSupport
import Testing

struct RedisStreamReaderTests {
    private let key = TestRedis.key("stream")
    private let entries = Collected<RedisStreamEntry>()
    private let gaps = Counter()

    private func reader(
        _ configuration: RedisConfiguration,
        _ streams: [String: RedisStreamReader.Start],
        maxEntries: Int = 500
    ) -> RedisStreamReader {
        RedisStreamReader(configuration, streams: streams, maxEntries: maxEntries) { [entries] in
            entries.add($0)
        } onGap: { [gaps] in
            gaps.increment()
        }
    }

    @Test func `entries of all streams come, each stream in order`() async throws {
        let redis = try TestRedis.connection()
        let keys = (0..<3).map { _ in TestRedis.key("stream") }
        let starts = keys.reduce(into: [:]) { $0[$1] = RedisStreamReader.Start.latest }
        let reader = try reader(TestRedis.configuration(), starts, maxEntries: 7)
        await reader.waitUntilReady()
        var batch = RedisBatch()
        for number in 1...100 { for key in keys { batch.append("XADD", key, "\(number)-0", "n", number) } }
        _ = try redis.pipelineCounting(batch)
        try await eventually { entries.all.count == 300 }
        for key in keys {
            #expect(entries.all.filter { $0.key == key }.map(\.id.ms) == Array(1...100))
        }
        await reader.close()
        #expect(gaps.count == 0)
    }

    @Test func `reading starts after the given entry, or after the last one there is`() async throws {
        let redis = try TestRedis.connection()
        let (after, latest) = (TestRedis.key("stream"), TestRedis.key("stream"))
        for key in [after, latest] {
            for number in 1...3 { _ = try redis.send(RedisCommand("XADD", key, "\(number)-0", "n", number)) }
        }
        // An entry that was deleted still counts as the last one.
        _ = try redis.send(RedisCommand("XDEL", latest, "3-0"))
        let first = RedisStreamID(ms: 1, seq: 0)
        let reader = try reader(TestRedis.configuration(), [after: .after(first), latest: .latest])
        await reader.waitUntilReady()
        for key in [after, latest] { _ = try redis.send(RedisCommand("XADD", key, "4-0", "n", 4)) }
        try await eventually { entries.all.count >= 4 }
        #expect(entries.all.filter { $0.key == after }.map(\.id.ms) == [2, 3, 4])
        #expect(entries.all.filter { $0.key == latest }.map(\.id.ms) == [4])
        await reader.close()
    }

    @Test func `no entry is lost or doubled when its connection is killed again and again`() async throws {
        let server = try await PrivateRedis()
        let redis = try RedisConnection(server.configuration())
        let reader = try reader(server.configuration(), [key: .latest], maxEntries: 50)
        await reader.waitUntilReady()
        for round in 0..<20 {
            var batch = RedisBatch()
            for number in 1...100 { batch.append("XADD", key, "\(round * 100 + number)-0", "n", number) }
            batch.append("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            for number in 1...10 { batch.append("XADD", key, "\(round * 100 + 100)-\(number)", "n", number) }
            #expect(try redis.pipelineCounting(batch).errors.isEmpty)
            try await Task.sleep(for: .milliseconds(20))
        }
        try await eventually { entries.all.count >= 2200 }
        let ids = entries.all.map(\.id)
        #expect(ids.count == 2200)
        #expect(ids == ids.sorted() && Set(ids).count == 2200)
        #expect(gaps.count > 0)
        await reader.close()
    }

    @Test func `after Redis came back empty the new stream is read from its beginning`() async throws {
        let server = try await PrivateRedis()
        let reader = try reader(server.configuration(), [key: .latest])
        await reader.waitUntilReady()
        _ = try RedisConnection(server.configuration()).send(RedisCommand("XADD", key, "100-0", "n", 1))
        try await eventually { entries.all.count == 1 }
        server.kill()
        try await server.start()
        _ = try RedisConnection(server.configuration()).send(RedisCommand("XADD", key, "7-0", "n", 2))
        try await eventually { entries.all.count == 2 }
        #expect(entries.all.map(\.id.ms) == [100, 7])
        #expect(gaps.count == 1)
        await reader.close()
    }

    @Test func `a stream that is deleted under the reader is noticed while idle`() async throws {
        let redis = try TestRedis.connection()
        let reader = try reader(TestRedis.configuration(), [key: .latest])
        await reader.waitUntilReady()
        _ = try redis.send(RedisCommand("XADD", key, "100-0", "n", 1))
        try await eventually { entries.all.count == 1 }
        _ = try redis.send(RedisCommand("DEL", key))
        _ = try redis.send(RedisCommand("XADD", key, "7-0", "n", 2))
        try await eventually(within: .seconds(12)) { entries.all.count == 2 }
        #expect(gaps.count == 1)
        await reader.close()
    }

    @Test func `a reader made before its Redis is there reads once it is, and tells the gap`() async throws {
        let server = try await PrivateRedis()
        server.kill()
        let reader = try reader(server.configuration(), [key: .latest])
        try await Task.sleep(for: .milliseconds(100))
        try await server.start()
        await reader.waitUntilReady()
        #expect(gaps.count == 1)
        _ = try RedisConnection(server.configuration()).send(RedisCommand("XADD", key, "1-0", "n", 1))
        try await eventually { entries.all.count == 1 }
        await reader.close()
    }

    @Test func `closing does not wait for the read, nor for a Redis that is away`() async throws {
        let idle = try reader(TestRedis.configuration(), [key: .latest])
        await idle.waitUntilReady()
        let away = try reader(RedisConfiguration(url: "unix:///nonexistent/redis.sock"), [key: .latest])
        // Tests that block their threads must not count as the reader's time.
        let elapsed = await withTaskExecutorPreference(OwnThread()) {
            await ContinuousClock().measure {
                await idle.close()
                await away.close()
            }
        }
        #expect(elapsed < .seconds(3))
        await away.waitUntilReady()
    }

    @Test func `a reader that was so far behind that entries are gone tells the gap`() async throws {
        let redis = try TestRedis.connection()
        let mayGoOn = DispatchSemaphore(value: 0)
        let reader = RedisStreamReader(try TestRedis.configuration(), streams: [key: .latest], maxEntries: 10) {
            [entries] in
            entries.add($0)
            // On the reader's own thread.
            if entries.all.count == 1 { mayGoOn.wait() }
        } onGap: { [gaps] in
            gaps.increment()
        }
        await reader.waitUntilReady()
        _ = try redis.send(RedisCommand("XADD", key, "1-0", "n", 1))
        try await eventually { entries.all.count == 1 }
        var batch = RedisBatch()
        for number in 2...100 { batch.append("XADD", key, "MAXLEN", 30, "\(number)-0", "n", number) }
        _ = try redis.pipelineCounting(batch)
        mayGoOn.signal()
        try await eventually { entries.all.count == 31 }
        #expect(entries.all.map(\.id.ms) == [1] + Array(71...100))
        #expect(gaps.count == 1)
        await reader.close()
    }

    @Test func `a key that is no stream is told as a failure`() async throws {
        _ = try TestRedis.connection().send(RedisCommand("SET", key, "text"))
        let failures = Collected<RedisError>()
        let reader = RedisStreamReader(try TestRedis.configuration(), streams: [key: .latest]) {
            failures.add([$0])
        } onEntries: { _ in
        } onGap: {
        }
        try await eventually { failures.all.count >= 2 }
        #expect(failures.all.allSatisfy { $0.code == .server("WRONGTYPE") })
        await reader.close()
    }
}

private final class Counter: Sendable {
    private let value = Atomic(0)
    var count: Int { value.load(ordering: .relaxed) }
    func increment() { value.add(1, ordering: .relaxed) }
}
