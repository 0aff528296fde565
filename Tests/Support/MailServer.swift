internal import Foundation

/// A mail server that is not ours (`tools/lib/mail`), and what it has understood.
package final class MailServer: Sendable {
    /// What the server says of a message.
    package struct Received: Decodable {
        package let host: String
        package let encrypted: Bool
        package let user: String?
        package let from: String
        package let to: [String]
        package let senderName: String
        package let senderAddress: String
        package let headerTo: String
        package let subject: String
        package let date: Double
        package let messageId: String
        package let fields: [String]
        package let text: String
        package let html: String?
        package let defects: [String]
        package let longestLine: Int
        package let bareLineEnds: Int
        package let sevenBit: Bool
    }

    /// It did not start; it has said why.
    package struct NoServer: Error {}

    package enum Encryption { case none, startTLS, implicit }

    package let port: Int
    /// A file with the authority that signed the server's certificate.
    package let authority: String
    package let encryption: Encryption
    private let folder: URL
    private let process: Process

    /// - Parameter hosts: whom the certificate is for, in OpenSSL's words.
    package init(
        _ encryption: Encryption = .none,
        hosts: String = "DNS:localhost,IP:127.0.0.1",
        options: [String] = []
    ) async throws {
        let python = try await PythonTools.python(of: "mail")
        self.encryption = encryption
        folder = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var arguments = ["\(PythonTools.folder(of: "mail"))/server.py", folder.path] + options
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
        process.executableURL = URL(filePath: python)
        process.arguments = arguments
        try process.run()
        let file = folder.appending(path: "port").path
        let deadline = ContinuousClock.now + .seconds(60)
        while !FileManager.default.fileExists(atPath: file) {
            guard process.isRunning, ContinuousClock.now < deadline else { throw NoServer() }
            try await Task.sleep(for: .milliseconds(10))
        }
        guard let port = Int(try String(contentsOfFile: file, encoding: .utf8)) else { throw NoServer() }
        self.port = port
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path)") }
    }

    /// What has come so far.
    package func received() throws -> [Received] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var all: [Received] = []
        while let data = FileManager.default.contents(atPath: folder.appending(path: "\(all.count + 1).json").path) {
            all.append(try decoder.decode(Received.self, from: data))
        }
        return all
    }
}
