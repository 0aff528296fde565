import Foundation
import Testing

/// `daybook-bench` as `tools/bench` calls it, on the cheapest of its rows.
struct BenchTests {
    private func bench(_ installation: Installation, _ arguments: String...) async throws -> Child.Result {
        let folder = "\(installation.folder)/bench"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let binary = installation.environment["DAYBOOK_BINARY"] ?? ""
        let postgres = try #require(installation.postgres)
        return try await Child(
            binary + "-bench",
            [
                "--postgres", postgres.conninfo, "--redis", installation.redis.url, "--binary", binary, "--folder",
                folder,
                "--quick",
            ] + arguments,
            folder: Installation.checkout.path,
            output: "\(folder)/out",
            errors: "\(folder)/err"
        ).result()
    }

    @Test func `a row that is wanted is measured beside its baseline`() async throws {
        try await Installation.run(ownPostgres: true) { installation in
            let result = try await bench(installation, "--rows", "M1")
            #expect(result.status == 0, "\(result.errors)")
            let rows = result.output.split(separator: "\n").filter { !$0.hasPrefix("| # ") && !$0.hasPrefix("| --- ") }
            #expect(rows.count == 1)
            // Messages per second, those of A2, and their ratio.
            #expect(
                try #/^\| M1 \| .* messages/s \| [0-9,.]+ \[.*\] \| A2: [0-9,.]+ \[.*\] \| [0-9.]+ × A2 \|/#.firstMatch(
                    in: String(rows.first ?? "")
                ) != nil,
                "\(result.output)"
            )
        }
    }

    /// That row makes its events up, and holds them against the log's own rules before it measures anything.
    @Test func `a log that was filled for the growth row verifies`() async throws {
        try await Installation.run(ownPostgres: true) { installation in
            let result = try await bench(installation, "--rows", "A5")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(
                result.output.contains("| A5 | cost per append with 1,000 / 2,000 / 10,000 events"),
                "\(result.output)"
            )
        }
    }

    @Test func `a row that cannot run says why, and the whole is a failure`() async throws {
        try await Installation.run(ownPostgres: true) { installation in
            let result = try await bench(installation, "--rows", "M1", "--export", "/there/is/none.zip")
            #expect(result.status == 1)
            #expect(result.output.contains("| M1 | did not run: "))
            #expect(result.output.contains("/there/is/none.zip: there is no such file"))

            let unknown = try await bench(installation, "--rows", "M1,Z9")
            #expect(unknown.status == 64)
            #expect(unknown.errors.contains("there is no row Z9"))
        }
    }
}
