import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL
import TestSupport
import Testing

/// `daybook serve --tls-certificate`.
struct ServingTLSTests {
    private struct Registration: Decodable {
        var queueID: String, cursor: String
        private enum CodingKeys: String, CodingKey { case queueID = "queue_id", cursor }
    }

    /// A client that trusts one authority.
    private func client(
        trusting certificates: TestCertificates,
        at most: TLSVersion? = nil
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration(tlsConfiguration: .makeClientConfiguration())
        configuration.tlsConfiguration?.trustRoots = .file(certificates.authority.certificate)
        configuration.tlsConfiguration?.maximumTLSVersion = most
        configuration.tlsConfiguration?.minimumTLSVersion = .tlsv1
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Asks over a connection of its own; throws if the server is not to be trusted.
    private func status(
        of url: String,
        trusting certificates: TestCertificates,
        at most: TLSVersion? = nil
    ) async throws -> UInt {
        let client = client(trusting: certificates, at: most)
        let result: Result<UInt, any Error>
        do {
            let answer = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
            _ = try await answer.body.collect(upTo: 1 << 20)
            result = .success(answer.status.code)
        } catch { result = .failure(error) }
        try await client.shutdown()
        return try result.get()
    }

    /// Puts a pair in place of another, as programs that renew certificates do.
    private func replace(_ old: TestCertificates.Pair, by new: TestCertificates.Pair) throws {
        for (old, new) in [(old.certificate, new.certificate), (old.key, new.key)] {
            try Data(contentsOf: URL(filePath: new)).write(to: URL(filePath: old), options: .atomic)
        }
    }

    @Test func `a certificate that is replaced is shown to new connections, and old ones go on`() async throws {
        try await Installation.run { (installation) async throws in
            let folder = URL(filePath: installation.folder)
            let first = try TestCertificates(in: folder.appending(path: "first"))
            let second = try TestCertificates(in: folder.appending(path: "second"))
            let pair = try first.sign("server")
            let options = ["--tls-certificate", pair.certificate, "--tls-key", pair.key, "--metrics-port"]
            let metrics = FreePort.next()
            let server = try await installation.serve(options: options + ["\(metrics)"])
            let url = server.url + "/healthz"
            #expect(server.words.contains("https://"))
            #expect(try await status(of: url, trusting: first) == 200)
            #expect(try await status(of: url, trusting: first, at: .tlsv12) == 200)
            await #expect(throws: (any Error).self) { try await status(of: url, trusting: first, at: .tlsv11) }
            await #expect(throws: (any Error).self) { try await status(of: url, trusting: second) }
            // Nobody speaks to it without TLS; the port for metrics has none.
            await #expect(throws: (any Error).self) {
                try await status(of: url.replacing("https:", with: "http:"), trusting: first)
            }
            #expect(try await status(of: "http://127.0.0.1:\(metrics)/metrics", trusting: first) == 200)

            // A poll is parked at the first certificate.
            let ada = try await installation.token(for: "ada")
            let old = client(trusting: first)
            let registration = try await server.post("/realtime/queues", [String: String](), as: ada)
                .decode(Registration.self)
            let path = "/realtime/queues/\(registration.queueID)/events?timeout_s=60&cursor=\(registration.cursor)"
            let poll = poll(server.url + path, as: ada)
            async let parked = old.execute(poll, timeout: .seconds(60))
            try await eventually("a poll is parked") {
                try await Self.parkedPolls(server, metrics) == 1
            }

            // Half of another pair is not taken.
            try Data("no certificate".utf8).write(to: URL(filePath: pair.certificate), options: .atomic)
            try await eventually("the bad pair is logged") { server.words.contains("the last one stays") }
            #expect(try await status(of: url, trusting: first) == 200)

            try replace(pair, by: try second.sign("server"))
            try await eventually("new connections are shown the new one") {
                (try? await status(of: url, trusting: second)) == 200
            }
            await #expect(throws: (any Error).self) { try await status(of: url, trusting: first) }

            _ = try await server.post("/api/rooms", ["kind": "channel", "name": "hall"], as: ada)
            let answer = try await parked
            #expect(answer.status == .ok)
            #expect(String(buffer: try await answer.body.collect(upTo: 1 << 20)).contains("hall"))
            try await old.shutdown()
            #expect(await server.terminate() == 0)
        }
    }

    private func poll(_ url: String, as token: String) -> HTTPClientRequest {
        var poll = HTTPClientRequest(url: url)
        poll.headers.add(name: "Authorization", value: "Bearer \(token)")
        return poll
    }

    private static func parkedPolls(_ server: Server, _ metrics: UInt16) async throws -> Int? {
        let answer = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "http://127.0.0.1:\(metrics)/metrics"),
            timeout: .seconds(10)
        )
        let text = String(buffer: try await answer.body.collect(upTo: 1 << 22))
        return text.split(separator: "\n").first { $0.hasPrefix("daybook_realtime_parked_polls ") }
            .flatMap { Int(Double($0.split(separator: " ")[1]) ?? -1) }
    }

    @Test func `files that make no pair are refused before anything listens`() async throws {
        try await Installation.run { (installation) async throws in
            let certificates = try TestCertificates(in: URL(filePath: installation.folder).appending(path: "tls"))
            let (pair, other) = (try certificates.sign("server"), try certificates.sign("other"))
            let noKey = "\(installation.folder)/none.key"
            try #require(
                FileManager.default.createFile(
                    atPath: noKey,
                    contents: Data("none".utf8),
                    attributes: [.posixPermissions: 0o600]
                )
            )
            let port = "\(FreePort.next())"
            for (options, words) in [
                (["--tls-certificate", pair.certificate], "TLS needs both a certificate and a key"),
                (["--tls-key", pair.key], "TLS needs both a certificate and a key"),
                (["--tls-certificate", "/none.pem", "--tls-key", pair.key], "cannot read /none.pem"),
                (
                    ["--tls-certificate", pair.key, "--tls-key", pair.key],
                    "there is no certificate in PEM in \(pair.key)"
                ),
                (
                    ["--tls-certificate", pair.certificate, "--tls-key", pair.certificate],
                    "\(pair.certificate) holds a secret, and others can read or change it"
                ),
                (
                    ["--tls-certificate", pair.certificate, "--tls-key", noKey],
                    "there is no key in PEM, without a password, in \(noKey)"
                ),
                (
                    ["--tls-certificate", pair.certificate, "--tls-key", other.key],
                    "the key in \(other.key) is not that of the certificate in \(pair.certificate)"
                ),
            ] {
                let result = try await installation.attempt(["serve", "--port", port] + options)
                #expect(result.status != 0)
                #expect(result.errors.contains(words), "\(result.errors)")
                #expect(!(result.output + result.errors).contains("listening"))
            }
        }
    }
}
