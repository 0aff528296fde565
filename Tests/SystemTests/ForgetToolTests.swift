import Foundation
import TestSupport
import Testing

/// `daybook forget`, and the receipt that whoever was forgotten takes home.
struct ForgetToolTests {
    @Test func `an operator has somebody forgotten, and the receipt holds by the public key alone`() async throws {
        try await Installation.run(owners: ["ada", "bob"], auditors: ["eve"]) { installation in
            let (keyFile, heads) = ("\(installation.folder)/signer.key", "\(installation.folder)/heads")
            let publicKey = try await installation.tool("audit", "key", "create", keyFile, "--name", "example.com/log")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let server = try await installation.serve(options: ["--heads", heads, "--head-key-file", keyFile])
            let (ada, eve) = (try await installation.token(for: "ada"), try await installation.token(for: "eve"))
            let id = try #require(try JSON(await server.get("/api/me", as: ada).body)["id"].text)

            func forget(_ user: String) async throws -> Child.Result {
                try await installation.attempt(
                    ["forget", "--tenant", Installation.tenant, "--user", user, "--reason", "law_demanded"]
                )
            }
            let first = try await forget("ada")
            #expect(first.status == 0 && first.output.contains("\(id) is forgotten"), "\(first.errors)")
            #expect(try await forget(id).status == 0, "it can be repeated, also by the identifier")
            #expect(try await forget("bob").status != 0, "an owner remains")
            #expect(try await forget("carl").status != 0)

            /// Asks until it is answered like that, for at most twenty seconds.
            func answer(_ status: Int, to path: String, as token: String) async throws -> [UInt8] {
                let deadline = ContinuousClock.now + .seconds(20)
                while true {
                    let answer = try await server.get(path, as: token)
                    if answer.status == status { return Array(answer.body) }
                    try #require(deadline > .now, "\(path) still answers \(answer.status)")
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            _ = try await answer(401, to: "/api/me", as: ada)
            let receipt = try await answer(200, to: "/api/audit/receipts/\(id)", as: eve)

            func verify(_ content: Data) async throws -> Child.Result {
                let file = "\(installation.folder)/receipt.json"
                try content.write(to: URL(filePath: file))
                return try await installation.attempt(
                    ["audit", "verify-receipt", file, "--public-key", publicKey],
                    environment: ["PATH": "/usr/bin:/bin"]
                )
            }
            let held = try await verify(Data(receipt))
            #expect(held.status == 0 && held.output.contains("\(id) of tenant"), "\(held.output)\(held.errors)")
            #expect(held.output.contains("(law_demanded)") && held.output.contains("by an operator"))
            var forged = try JSON(receipt)
            forged["key"] = .string(UUID().uuidString)
            let refused = try await verify(try JSONEncoder().encode(forged))
            #expect(refused.status == 1 && refused.output.hasSuffix("the receipt does NOT hold\n"))
        }
    }
}
