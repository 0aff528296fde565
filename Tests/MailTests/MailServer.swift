import Foundation
import Mail
import Synchronization
import TestSupport
import Testing

/// A mail server that is not ours (`tools/lib/mail`), and what it has understood.
final class MailServer: Sendable {
    /// What the server says of a message.
    struct Received: Decodable {
        var host: String
        var encrypted: Bool
        var user: String?
        var from: String
        var to: [String]
        var senderName: String
        var senderAddress: String
        var headerTo: String
        var subject: String
        var date: Double
        var messageId: String
        var fields: [String]
        var text: String
        var html: String?
        var defects: [String]
        var longestLine: Int
        var bareLineEnds: Int
        var sevenBit: Bool
    }

    enum Encryption { case none, startTLS, implicit }

    let port: Int
    /// A file with the authority that signed the server's certificate.
    let authority: String
    private let folder: URL
    private let process: Process

    /// - Parameter hosts: whom the certificate is for, in OpenSSL's words.
    init(
        _ encryption: Encryption = .none,
        hosts: String = "DNS:localhost,IP:127.0.0.1",
        options: [String] = []
    ) async throws {
        let python = try await Self.python.value
        folder = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var arguments = ["\(Self.scripts)/server.py", folder.path] + options
        if encryption == .none {
            authority = ""
        } else {
            let certificates = try TestCertificates(in: folder.appending(path: "certificates"))
            let pair = try certificates.sign("server", for: hosts)
            authority = certificates.authority.certificate
            arguments += ["--certificate", pair.certificate, "--key", pair.key]
            if encryption == .implicit { arguments.append("--implicit") }
        }
        process = Process()
        process.executableURL = URL(filePath: "\(python)/bin/python")
        process.arguments = arguments
        try process.run()
        let file = folder.appending(path: "port").path
        try await eventually { FileManager.default.fileExists(atPath: file) }
        port = try #require(Int(String(contentsOfFile: file, encoding: .utf8)))
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path)") }
    }

    func mailer(
        host: String = "127.0.0.1",
        security: SMTPConfiguration.Security = .startTLSUnlessLocal,
        credentials: SMTPConfiguration.Credentials? = nil,
        trusting authority: String? = nil,
        timeout: Duration = .seconds(10)
    ) throws -> SMTPMailer {
        let configuration = SMTPConfiguration(
            host: host,
            port: port,
            security: security,
            credentials: credentials,
            trustRoots: authority ?? (self.authority.isEmpty ? nil : self.authority),
            timeout: timeout
        )
        return try SMTPMailer(configuration, sender: .daybook)
    }

    /// What has come so far.
    func received() throws -> [Received] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var all: [Received] = []
        while let data = FileManager.default.contents(atPath: folder.appending(path: "\(all.count + 1).json").path) {
            all.append(try decoder.decode(Received.self, from: data))
        }
        return all
    }

    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "tools/lib/mail").path

    /// The folder of a Python that has the server, which is installed if it is missing.
    private static let python = Task.detached {
        let process = Process()
        process.executableURL = URL(filePath: "\(scripts)/install")
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "tools/lib/mail/install failed")
        return String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension MailSender {
    static let daybook: MailSender = {
        do {
            return try MailSender(MailAddress("no-reply@daybook.example"), name: "Daybook")
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}

extension MailMessage {
    /// To somebody at example.org.
    static func to(
        _ name: String,
        key: String = "key",
        subject: String = "Hello",
        text: String = "Hello\n",
        html: String? = nil
    ) throws -> MailMessage {
        try MailMessage(
            key: key,
            to: MailAddress("\(name)@example.org"),
            subject: subject,
            text: text,
            html: html
        )
    }
}

/// Waits for what another process will do soon.
func eventually(within limit: Duration = .seconds(20), _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "did not happen within \(limit)")
        try await Task.sleep(for: .milliseconds(10))
    }
}
