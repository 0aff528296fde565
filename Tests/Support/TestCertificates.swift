package import Foundation

/// An authority of a test's own and the certificates that it signs, made by `openssl` in a folder.
package struct TestCertificates: Sendable {
    /// PEM files.
    package struct Pair: Sendable {
        package let certificate: String
        package let key: String
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Who signs.
    package let authority: Pair
    private let folder: URL

    /// - Parameter folder: is made; whoever made it removes it.
    package init(in folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        authority = Self.pair("authority", in: folder)
        try Self.openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=Test authority", "-out", authority.certificate]
                + Self.newKey(authority.key)
        )
    }

    /// Signs a certificate; one of the same name is replaced.
    ///
    /// - Parameters:
    ///   - hosts: in OpenSSL's words.
    ///   - days: how long it is valid; negative for one that was until so long ago.
    @discardableResult
    package func sign(
        _ name: String,
        for hosts: String = "DNS:localhost,IP:127.0.0.1",
        days: Int = 2
    ) throws -> Pair {
        let pair = Self.pair(name, in: folder)
        let request = folder.appending(path: "\(name).csr").path
        try Self.openssl(
            ["req", "-new", "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(hosts)", "-out", request]
                + Self.newKey(pair.key)
        )
        try Self.openssl([
            "x509", "-req", "-in", request, "-CA", authority.certificate, "-CAkey", authority.key, "-CAcreateserial",
            "-copy_extensions", "copy", "-days", "\(days)", "-out", pair.certificate,
        ])
        return pair
    }

    private static func pair(_ name: String, in folder: URL) -> Pair {
        Pair(
            certificate: folder.appending(path: "\(name).pem").path,
            key: folder.appending(path: "\(name).key").path
        )
    }

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let output = Pipe()
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "openssl \(arguments[0]): \(String(decoding: said, as: UTF8.self))")
        }
    }
}
