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

/// A `redis-server` of one test, which may kill and start it as it likes.
final class PrivateRedis: Sendable {
    private let folder: URL
    private let process = Mutex<Process?>(nil)

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "redis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await start()
    }

    deinit {
        kill()
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path)") }
    }

    private var socket: String { folder.appending(path: "s.sock").path }

    func configuration(commandTimeout: Duration = .seconds(5)) throws -> RedisConfiguration {
        try RedisConfiguration(url: "unix://\(socket)", commandTimeout: commandTimeout)
    }

    /// Starts an empty server and returns when it answers.
    func start() async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder.path,
            "--save", "", "--appendonly", "no",
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.process.withLock { $0 = process }
        let configuration = try configuration()
        try await eventually {
            do {
                return try RedisConnection(configuration).isHealthy
            } catch let error as RedisError where error.isUnavailable {
                return false
            }
        }
    }

    func kill() {
        process.withLock { process in
            guard let running = process else { return }
            Foundation.kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }
}

/// What a callback of another thread has collected so far.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ more: [Element]) { elements.withLock { $0 += more } }
}

/// Waits for what another thread or Redis will do soon.
func eventually(within limit: Duration = .seconds(10), _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "did not happen within \(limit)")
        try await Task.sleep(for: .milliseconds(5))
    }
}
