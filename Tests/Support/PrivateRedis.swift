internal import Foundation
package import Redis
internal import Synchronization

/// A `redis-server` of one test, which may kill, stop and start it as it likes.
package final class PrivateRedis: Sendable {
    package struct NeverAnswered: Error {}

    private let folder: URL
    private let process = Mutex<Process?>(nil)

    package init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "redis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await start()
    }

    deinit {
        kill()
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path)") }
    }

    private var socket: String { folder.appending(path: "s.sock").path }

    package func configuration(commandTimeout: Duration = .seconds(5)) throws -> RedisConfiguration {
        try RedisConfiguration(url: "unix://\(socket)", commandTimeout: commandTimeout)
    }

    /// Starts an empty server and returns when it answers.
    package func start() async throws {
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
        let deadline = ContinuousClock.now + .seconds(30)
        while try !Self.answers(configuration) {
            guard ContinuousClock.now < deadline else { throw NeverAnswered() }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func answers(_ configuration: RedisConfiguration) throws -> Bool {
        do { return try RedisConnection(configuration).isHealthy } catch let error as RedisError
            where error.isUnavailable
        {
            return false
        }
    }

    package func kill() {
        process.withLock { process in
            guard let running = process else { return }
            Foundation.kill(running.processIdentifier, SIGKILL)
            running.waitUntilExit()
            process = nil
        }
    }

    /// Has it hang: connections are taken and nothing is answered.
    package func freeze() { signal(SIGSTOP) }

    package func thaw() { signal(SIGCONT) }

    private func signal(_ number: Int32) {
        process.withLock { process in
            guard let process else { return }
            _ = Foundation.kill(process.processIdentifier, number)
        }
    }
}
