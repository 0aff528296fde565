import Foundation
import Postgres
import Redis
import Synchronization
import TestSupport

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
        // On a thread that tests which block leave alone: many begin at the same time.
        try await withTaskExecutorPreference(OwnThread()) {
            try await eventually("Redis answers") { (try? await client.send(RedisCommand("PING"))) != nil }
        }
        await client.close()
    }

    func startIfNeeded() async throws {
        if child.withLock({ $0?.isRunning }) != true { try await start() }
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
    private let child: Mutex<Child?> = Mutex(nil)

    var conninfo: String { "host=\(folder) user=postgres dbname=postgres" }

    /// Makes and starts it.
    init(folder: String) async throws {
        self.folder = "\(folder)/pg"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: false)
        if getuid() == 0 {
            try FileManager.default.setAttributes([.ownerAccountName: "postgres"], ofItemAtPath: self.folder)
        }
        let made = try Child(
            "/usr/bin/env",
            command("initdb", "-U", "postgres", "-A", "trust", "-D", data),
            output: log,
            errors: log
        )
        let result = await made.result()
        guard result.status == 0 else { throw ToolFailure(arguments: ["initdb"], result: result) }
        try await start()
    }

    /// Starts it and waits until it takes connections, after a crash until it has recovered.
    func start() async throws {
        let settings = ["listen_addresses=", "unix_socket_directories=\(folder)", "max_connections=200"]
        let command = command("postgres", ["-D", data] + settings.flatMap { ["-c", $0] })
        let started = try Child("/usr/bin/env", command, output: log, errors: log)
        child.withLock { $0 = started }
        try await eventually("Postgres takes connections", timeout: .seconds(60)) {
            guard started.isRunning else { throw NeverSo(what: "Postgres runs; see \(log)") }
            return (try? PostgresConnection(PostgresConfiguration(conninfo: conninfo))) != nil
        }
    }

    func startIfNeeded() async throws {
        if child.withLock({ $0?.isRunning }) != true { try await start() }
    }

    /// Ends it like a crash: what was not on disk is lost, and it recovers when it starts again.
    func kill() async {
        guard let child = child.withLock({ $0 }) else { return }
        // Its own word for "at once", which also ends all that it has started.
        child.signal(SIGQUIT)
        await child.end()
    }

    private var data: String { "\(folder)/data" }
    private var log: String { "\(folder).log" }

    private func command(_ program: String, _ arguments: String...) -> [String] { command(program, arguments) }

    /// It refuses to run as root.
    private func command(_ program: String, _ arguments: [String]) -> [String] {
        let asUser = getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : []
        return asUser + ["\(Self.bin)/\(program)"] + arguments
    }
}

/// Asks every 20 ms until it is so; an error after `timeout`.
func eventually(
    _ what: String,
    timeout: Duration = .seconds(120),
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
