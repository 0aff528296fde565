import Foundation
import Redis
import Synchronization
import TestSupport
import Testing

/// A `redis-server` of one test that speaks TLS, with certificates of the test's own.
final class TLSRedis: Sendable {
    let certificates: TestCertificates
    let port: UInt16
    private let folder: URL
    private let process: Mutex<Process?>

    /// - Parameters:
    ///   - hosts: whom the server's certificate is for, in OpenSSL's words.
    ///   - days: how long it is valid.
    ///   - isPlain: a server that does not speak TLS at all.
    init(
        for hosts: String = "DNS:localhost,IP:127.0.0.1",
        days: Int = 2,
        asksForCertificates: Bool = false,
        isPlain: Bool = false
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "redis-\(UUID().uuidString.prefix(8))")
        certificates = try TestCertificates(in: folder)
        self.folder = folder
        let server = try certificates.sign("server", for: hosts, days: days)
        // Another process may take a port between its being found free and its being used.
        var started: (UInt16, Process)?
        for _ in 0..<20 where started == nil {
            let port = try SilentListener().port
            let log = folder.appending(path: "\(port).log").path
            let process = try Self.start(
                ["redis-server", "--dir", folder.path, "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
                    + (isPlain ? ["--port", "\(port)"] : ["--port", "0", "--tls-port", "\(port)"])
                    + ["--tls-cert-file", server.certificate, "--tls-key-file", server.key]
                    + ["--tls-ca-cert-file", certificates.authority.certificate]
                    + ["--tls-auth-clients", asksForCertificates ? "yes" : "no"],
                saying: log
            )
            let ready = try await Self.word(in: log, after: #/(Ready) to accept connections/#, of: process)
            if ready != nil { started = (port, process) }
        }
        let (port, process) = try #require(started, "redis-server did not start")
        self.port = port
        self.process = Mutex(process)
    }

    deinit {
        kill()
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path)") }
    }

    /// Starts a program whose words go to a file.
    static func start(_ words: [String], saying: String, hearing: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        if let hearing { process.standardInput = hearing }
        let output = open(saying, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        process.standardOutput = FileHandle(fileDescriptor: output, closeOnDealloc: true)
        try process.run()
        return process
    }

    /// Waits until the program has said what matches, and gives what is in the parentheses; nil when it has ended instead.
    static func word(
        in file: String,
        after regex: Regex<(Substring, Substring)>,
        of process: Process
    ) async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let isRunning = process.isRunning
            let said = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
            if let match = try regex.firstMatch(in: said) { return String(match.1) }
            if !isRunning { return nil }
            try #require(ContinuousClock.now < deadline, "it said only: \(said)")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// A URL of it, which trusts its authority unless another query is given.
    func url(host: String = "localhost", _ query: String? = nil) -> String {
        "rediss://\(host):\(port)/0?\(query ?? "sslrootcert=\(certificates.authority.certificate)")"
    }

    func configuration(commandTimeout: Duration = .seconds(5)) throws -> RedisConfiguration {
        try RedisConfiguration(url: url(), commandTimeout: commandTimeout)
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

/// A server that takes connections, since the kernel does, and says nothing.
final class SilentListener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        try #require(isListening)
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
