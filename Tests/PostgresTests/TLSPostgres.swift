import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// A Postgres of one test that takes connections over TLS only, with certificates of the test's own.
final class TLSPostgres: Sendable {
    private static let bin = "/usr/lib/postgresql/15/bin"

    let certificates: TestCertificates
    private let folder: URL
    private let port: UInt16
    private let process = Mutex<Process?>(nil)

    /// - Parameter hosts: whom the server's certificate is for, in OpenSSL's words.
    init(for hosts: String = "DNS:localhost") throws {
        let parent = ProcessInfo.processInfo.environment["DAYBOOK_TEST_FOLDER"] ?? "/tmp"
        folder = URL(filePath: parent).appending(path: "tls-\(UUID().uuidString.prefix(8))")
        certificates = try TestCertificates(in: folder)
        // Beyond those that the system gives to clients, and below what other tests take.
        port = UInt16.random(in: 12_000..<20_000)
        let server = try certificates.sign("server", for: hosts)
        if getuid() == 0 {
            for path in [folder.path, server.key] {
                try FileManager.default.setAttributes([.ownerAccountName: "postgres"], ofItemAtPath: path)
            }
        }
        let made = try start("initdb", ["-U", "postgres", "-A", "trust", "-D", data])
        made.waitUntilExit()
        try #require(made.terminationStatus == 0, "initdb failed, see \(log)")
        try "hostssl all all 127.0.0.1/32 trust\n".write(
            toFile: "\(data)/pg_hba.conf",
            atomically: false,
            encoding: .utf8
        )
        let settings = [
            "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "ssl=on",
            "ssl_cert_file=\(server.certificate)", "ssl_key_file=\(server.key)",
        ]
        let running = try start("postgres", ["-D", data, "-p", "\(port)"] + settings.flatMap { ["-c", $0] })
        process.withLock { $0 = running }
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? PostgresConnection(configuration("sslmode=require"))) == nil {
            try #require(running.isRunning && .now < deadline, "Postgres takes no connections, see \(log)")
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    deinit {
        process.withLock { process in
            guard let process else { return }
            // Its own word for "at once", which also ends all that it has started.
            kill(process.processIdentifier, SIGQUIT)
            process.waitUntilExit()
        }
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path)") }
    }

    func configuration(
        _ tls: String,
        statementTimeout: Duration = .seconds(30)
    ) -> PostgresConfiguration {
        PostgresConfiguration(
            conninfo: "host=localhost hostaddr=127.0.0.1 port=\(port) user=postgres dbname=postgres \(tls)",
            applicationName: "daybook-tests",
            statementTimeout: statementTimeout
        )
    }

    /// What a connection that trusts nothing but the test's own authority says.
    var verified: String { "sslmode=verify-full sslrootcert=\(certificates.authority.certificate)" }

    private var data: String { folder.appending(path: "data").path }
    private var log: String { folder.appending(path: "log").path }

    /// Postgres refuses to run as root.
    private func start(_ program: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let asUser = getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : []
        process.arguments = asUser + ["\(Self.bin)/\(program)"] + arguments
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        process.standardOutput = FileHandle(fileDescriptor: output, closeOnDealloc: true)
        process.standardError = process.standardOutput
        try process.run()
        return process
    }
}
