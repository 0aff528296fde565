import Foundation
import Testing

/// Foreign programs that know nothing of Daybook but its contracts.
struct ContractTools: Sendable {
    /// Of a Python that has them.
    private let bin: String
    /// For what they read and write.
    private let folder: String

    /// Installs what is missing.
    static func installed(for installation: Installation) async throws -> ContractTools {
        let output = try await run("\(scripts)/install", [], [:], in: installation.folder)
        return ContractTools(
            bin: output.trimmingCharacters(in: .whitespacesAndNewlines) + "/bin",
            folder: installation.folder
        )
    }

    private static let scripts = Installation.checkout.appending(path: "tools/lib/contract").path

    /// How many random requests to a route, and which.
    private static let environment = ProcessInfo.processInfo.environment
    private static let examples = environment["DAYBOOK_CONTRACT_EXAMPLES"] ?? "8"
    private static let seed = environment["DAYBOOK_CONTRACT_SEED"] ?? "1"

    /// Reads the contract of a surface into a file, and gives its path.
    func download(_ surface: String, from server: Server) async throws -> String {
        let answer = try await server.get("/\(surface)/openapi.json")
        #expect(answer.status == 200)
        let path = "\(folder)/\(surface).json"
        try answer.body.write(to: URL(filePath: path))
        return path
    }

    func validate(_ contract: String) async throws {
        _ = try await Self.run("\(bin)/openapi-generator-cli", ["validate", "-i", contract], [:], in: folder)
    }

    /// Makes a Python package of a contract.
    func generateClient(_ contract: String, named name: String) async throws {
        let arguments = ["generate", "-g", "python", "-i", contract, "-o", "\(folder)/clients", "--package-name", name]
        _ = try await Self.run("\(bin)/openapi-generator-cli", arguments, [:], in: folder)
    }

    /// Posts and polls with the generated packages.
    func useClients(on server: Server, as token: String) async throws -> String {
        try await Self.run(
            "\(bin)/python",
            ["\(Self.scripts)/client.py", server.url, token],
            ["PYTHONPATH": "\(folder)/clients"],
            in: folder
        )
    }

    /// Sends what fits the contract of a surface and what does not, and gives the summary.
    ///
    /// - Parameters:
    ///   - paths: a regular expression for those that are tried.
    ///   - phases: `stateful` only where something is made that can be used.
    ///   - caller: whose token it is.
    func fuzz(
        _ surface: String,
        paths: String,
        phases: String,
        of server: Server,
        as token: String,
        caller: String
    ) async throws -> String {
        try await Self.run(
            "\(bin)/schemathesis",
            [
                "--config-file", "\(Self.scripts)/schemathesis.toml", "--no-color", "run", "--checks", "all",
                "--max-examples", Self.examples, "--seed", Self.seed, "--generation-database", "none",
                "--include-path-regex", paths, "--phases", phases,
                "\(server.url)/\(surface)/openapi.json",
            ],
            ["DAYBOOK_TOKEN": token, "DAYBOOK_CALLER": caller, "SCHEMATHESIS_HOOKS": "\(Self.scripts)/hooks.py"],
            in: folder
        )
    }

    /// Runs a program to its end, which must be a good one, and gives what it said.
    private static func run(
        _ program: String,
        _ arguments: [String],
        _ settings: [String: String],
        in folder: String
    ) async throws -> String {
        let log = "\(folder)/contract-\(UUID().uuidString)"
        let environment = ProcessInfo.processInfo.environment.merging(settings) { $1 }
        let child = try Child(
            program,
            arguments,
            environment: environment,
            folder: folder,
            output: log + ".out",
            errors: log + ".err"
        )
        let result = await child.result()
        guard result.status == 0 else {
            throw ContractFailure(
                program: program,
                said: "\(result.output.suffix(20_000))\(result.errors.suffix(4000))"
            )
        }
        return result.output
    }
}

struct ContractFailure: Error, CustomStringConvertible {
    let program: String
    let said: String

    var description: String { "\(program) is not content:\n\(said)" }
}
