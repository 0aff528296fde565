import Foundation
import Redis
import Synchronization

/// A Redis server of an installation's own.
final class RedisServer: Sendable {
    private let folder: String
    private let child: Mutex<Child?> = Mutex(nil)

    var url: String { "unix://\(folder)/redis.sock" }

    init(folder: String) async throws {
        self.folder = folder
        try await start()
    }

    /// Starts it, with nothing in it, and waits until it answers.
    func start() async throws {
        let log = "\(folder)/redis.log"
        let arguments = [
            "redis-server", "--port", "0", "--unixsocket", "\(folder)/redis.sock", "--save", "", "--appendonly", "no",
            "--dir",
            folder, "--stream-node-max-bytes", "1024",
        ]
        let started = try Child("/usr/bin/env", arguments, output: log, errors: log)
        child.withLock { $0 = started }
        let client = RedisClient(try RedisConfiguration(url: url))
        try await eventually("Redis answers") { (try? await client.send(RedisCommand("PING"))) != nil }
        await client.close()
    }

    /// Ends it at once; everything in it is lost.
    func kill() async {
        guard let child = child.withLock({ $0 }) else { return }
        child.signal(SIGKILL)
        await child.end()
    }

    /// Runs one command.
    @discardableResult
    func send(_ command: RedisCommand) async throws -> RedisValue {
        let client = RedisClient(try RedisConfiguration(url: url))
        let result: Result<RedisValue, any Error>
        do { result = .success(try await client.send(command)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }
}

/// A Postgres cluster of an installation's own, with fsync on, so that it may be killed and must come back whole.
final class PostgresCluster: Sendable {
    private static let bin = "/usr/lib/postgresql/15/bin"

    private let folder: String

    var conninfo: String { "host=\(folder) user=postgres dbname=postgres" }

    /// Makes and starts it.
    init(folder: String) async throws {
        self.folder = "\(folder)/pg"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: false)
        if getuid() == 0 {
            // It refuses to run as root.
            try FileManager.default.setAttributes([.ownerAccountName: "postgres"], ofItemAtPath: self.folder)
        }
        try await run("initdb", "-U", "postgres", "-A", "trust", "-D", data)
        let settings = "listen_addresses=''\nunix_socket_directories='\(self.folder)'\nmax_connections=200\n"
        try await run(shell: "cat >> \(data)/postgresql.conf <<'END'\n\(settings)END")
        try await start()
    }

    func start() async throws {
        try await run("pg_ctl", "start", "-s", "-w", "-D", data, "-l", "\(folder)/log")
    }

    /// Ends it like a crash: what was not on disk is lost, and it recovers when it starts again.
    func kill() async {
        // Already down is as good.
        try? await run("pg_ctl", "stop", "-s", "-w", "-m", "immediate", "-D", data)
    }

    private var data: String { "\(folder)/data" }

    private func run(_ program: String, _ arguments: String...) async throws {
        try await run(["\(Self.bin)/\(program)"] + arguments)
    }

    private func run(shell script: String) async throws {
        try await run(["/bin/sh", "-c", script])
    }

    private func run(_ command: [String]) async throws {
        let command = getuid() == 0 ? ["runuser", "-u", "postgres", "--"] + command : command
        let said = "\(NSTemporaryDirectory())daybook-\(UUID().uuidString)"
        // Kept no longer than it is needed.
        defer { try? FileManager.default.removeItem(atPath: said) }
        let result = try await Child("/usr/bin/env", command, output: said, errors: said).result()
        guard result.status == 0 else { throw ToolFailure(arguments: command, result: result) }
    }
}

/// Asks every 20 ms until it is so; an error after `timeout`.
func eventually(
    _ what: String,
    timeout: Duration = .seconds(20),
    _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + timeout
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverSo(what: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}

struct NeverSo: Error, CustomStringConvertible {
    let what: String
    var description: String { "it never came to this: \(what)" }
}
