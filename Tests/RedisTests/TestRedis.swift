import Foundation
import Redis
import Synchronization
import Testing

/// The Redis that the tests share; each test uses keys of its own in it.
enum TestRedis {
    static func configuration(commandTimeout: Duration = .seconds(5)) throws -> RedisConfiguration {
        let url = try #require(
            ProcessInfo.processInfo.environment["DAYBOOK_TEST_REDIS"],
            "set DAYBOOK_TEST_REDIS to the URL of a Redis for tests, such as unix:///tmp/redis/s.sock"
        )
        return try RedisConfiguration(url: url, commandTimeout: commandTimeout)
    }

    static func connection() throws -> RedisConnection { try RedisConnection(configuration()) }

    static func client(connections: Int = 1) throws -> RedisClient {
        RedisClient(try configuration(), connections: connections)
    }

    /// A key that no other test has.
    static func key(_ name: String = "test") -> String { "\(name):\(UUID().uuidString)" }
}

/// What a callback of another thread has collected so far.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ more: [Element]) { elements.withLock { $0 += more } }
}

/// Waits for what another thread or Redis will do soon.
func eventually(within limit: Duration = .seconds(120), _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "did not happen within \(limit)")
        try await Task.sleep(for: .milliseconds(5))
    }
}
