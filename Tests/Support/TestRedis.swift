internal import Foundation
package import Redis

/// Redis databases on the server that `DAYBOOK_TEST_REDIS` names, such as `redis://127.0.0.1:6390`, each empty and for one
/// test at a time: keys have fixed names, and some tests flush.
package actor TestRedis {
    package struct NoServer: Error, CustomStringConvertible {
        package var description: String { "set DAYBOOK_TEST_REDIS to the URL of a Redis for tests" }
    }

    private static let shared = TestRedis()
    /// The others are for tests of the driver, whose keys are their own.
    private var free = Array(6...15)
    private var waiting: [CheckedContinuation<Int, Never>] = []

    package static func lend(_ body: (RedisConfiguration) async throws -> Void) async throws {
        guard let url = ProcessInfo.processInfo.environment["DAYBOOK_TEST_REDIS"] else { throw NoServer() }
        let number = await shared.take()
        let result: Result<Void, any Error>
        do {
            let redis = try RedisConfiguration(url: Self.url(url, database: number))
            let client = RedisClient(redis)
            _ = try await client.send(RedisCommand("FLUSHDB"))
            await client.close()
            result = .success(try await body(redis))
        } catch {
            result = .failure(error)
        }
        await shared.give(number)
        try result.get()
    }

    private static func url(_ url: String, database: Int) -> String {
        if url.hasPrefix("unix") { return "\(url)?db=\(database)" }
        return url.replacing(#/(redis://[^/]+)(/\d*)?$/#) { String($0.output.1) } + "/\(database)"
    }

    private func take() async -> Int {
        if let number = free.popLast() { return number }
        return await withCheckedContinuation { waiting.append($0) }
    }

    private func give(_ number: Int) {
        if waiting.isEmpty { free.append(number) } else { waiting.removeFirst().resume(returning: number) }
    }
}
