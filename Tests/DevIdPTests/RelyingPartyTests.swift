import DevIdP
import Foundation
import Testing

/// An application by other people's hands (authlib in Flask), with a browser in front of it, signs in at the provider.
struct RelyingPartyTests {
    private static let tools = URL(filePath: #filePath).appending(path: "../../../tools/lib/oidc-rp")
        .standardizedFileURL

    @Test(.timeLimit(.minutes(5)), arguments: [DevIdP.SigningAlgorithm.rs256, .es256])
    func `a foreign relying party is content`(algorithm: DevIdP.SigningAlgorithm) async throws {
        let python = try await run(Self.tools.appending(path: "install").path, [])
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let port = FreePort.next()
        let client = DevIdP.Client(
            id: "foreign",
            secret: "a foreign secret",
            name: "Foreign & Co",
            redirectURIs: ["http://127.0.0.1:\(port)/callback"],
            postLogoutRedirectURIs: ["http://127.0.0.1:\(port)/goodbye"],
            backChannelLogoutURI: "http://127.0.0.1:\(port)/backchannel"
        )
        try await Stage.run(path: "/idp", algorithm: algorithm, clients: [client]) { (stage) async throws in
            let said = try await run(
                "\(python)/bin/python",
                [
                    Self.tools.appending(path: "relying_party.py").path, stage.issuer, client.id, client.secret!,
                    "\(port)",
                ]
            )
            #expect(said.contains("the relying party is content"))
            #expect(said.split(separator: "\n").filter { $0.hasPrefix("ok: ") }.count == 21, "\(said)")
        }
    }

    /// Runs a program to its end, which must be a good one, and gives what it printed.
    private func run(_ program: String, _ arguments: [String]) async throws -> String {
        let folder = try TemporaryFolder()
        let files = ["out", "errors"].map { URL(filePath: folder.path).appending(path: $0) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        for file in files { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        let (ended, announce) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            announce.yield(process.terminationStatus)
            announce.finish()
        }
        try process.run()
        let id = process.processIdentifier
        let status = await withTaskCancellationHandler {
            var last: Int32?
            for await status in ended { last = status }
            return last
        } onCancel: {
            kill(id, SIGTERM)
        }
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        try #require(status == 0, "\(program) ended with \(status ?? -1):\n\(texts[0])\n\(texts[1])")
        return texts[0]
    }
}
