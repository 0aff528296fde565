import Foundation
import Testing

private let analyzer = "/usr/bin/systemd-analyze"

/// `deploy/systemd`, as systemd reads it. Where there is no systemd there is nobody to ask.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: analyzer)))
struct UnitFileTests {
    private static let names = [
        "daybook-tenant-api@.service", "daybook-realtime@.service", "daybook-projector@.service",
        "daybook-fanout@.service", "daybook-heads@.service", "daybook-registrar@.service",
        "daybook-auth-api@.service", "daybook-orgs-api@.service", "daybook-control-api@.service",
        "daybook-internal-api@.service",
        "daybook-migrate.service", "daybook.target",
    ]

    /// Runs `systemd-analyze` on a copy of the units that names an executable which is there, since it looks for it.
    private func analyze(_ arguments: [String]) async throws -> Child.Result {
        let folder = "\(NSTemporaryDirectory())/daybook-units-\(UUID().uuidString)"
        let source = Installation.checkout.appending(path: "deploy/systemd").path
        try FileManager.default.copyItem(atPath: source, toPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".service") {
            let file = "\(folder)/\(name)"
            let text = try String(contentsOfFile: file, encoding: .utf8).replacing(
                "/usr/local/bin/daybook",
                with: "/bin/true"
            )
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        }
        var environment = ProcessInfo.processInfo.environment
        // The colon: and where systemd keeps its own.
        environment["SYSTEMD_UNIT_PATH"] = "\(folder):"
        environment["SYSTEMD_COLORS"] = "0"
        let child = try Child(
            analyzer,
            arguments.map { $0.replacing("UNITS", with: folder) },
            environment: environment,
            output: "\(folder)/said",
            errors: "\(folder)/complained"
        )
        return await child.result()
    }

    @Test(arguments: names)
    func `a unit is valid`(name: String) async throws {
        let instance = name.replacing("@.", with: "@8081.")
        let result = try await analyze(["verify", "--man=no", "--recursive-errors=no", "UNITS/\(instance)"])
        #expect(result.status == 0)
        #expect(result.errors == "")
    }

    @Test(arguments: names.filter { $0.hasSuffix(".service") })
    func `a unit exposes little of the machine`(name: String) async throws {
        let instance = name.replacing("@.", with: "@8081.")
        // Tenths: 0 is no exposure, 100 all of it.
        let result = try await analyze(["security", "--offline=true", "--threshold=20", "UNITS/\(instance)"])
        #expect(result.status == 0, "\(result.output.suffix(2000)) \(result.errors)")
    }
}
