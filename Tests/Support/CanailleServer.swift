internal import Foundation

/// Canaille, an OpenID provider that is not ours, in a process of its own.
package final class CanailleServer {
    /// How it is reached, and who is known there: a user, and by the same password others, see `tools/lib/oidc/provider.py`.
    package struct Facts: Decodable, Sendable {
        package let issuer: String
        package let user: String
        package let password: String
        package let name: String
        package let email: String
        package let client: String
        package let secret: String
        package let publicClient: String
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    package let facts: Facts
    private let process: Process
    private let input: FileHandle
    private let output: URL
    private let errors: URL
    private var linesRead = 1

    /// Installs what is missing, starts a provider, and ends it with the test.
    ///
    /// - Parameters:
    ///   - callback: where it sends the browser back to.
    ///   - afterLogout: where to after a logout.
    package static func run(
        callback: String,
        afterLogout: String,
        _ test: (CanailleServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "daybook-oidc-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            // A file that stays behind in the temporary folder harms nobody.
            try? FileManager.default.removeItem(at: folder)
        }
        let python = try await PythonTools.python(of: "oidc")
        let server = try await CanailleServer(python: python, folder: folder, [callback, afterLogout])
        do {
            try await test(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private init(python: String, folder: URL, _ addresses: [String]) async throws {
        output = folder.appending(path: "provider.out")
        errors = folder.appending(path: "provider.err")
        let pipe = Pipe()
        input = pipe.fileHandleForWriting
        process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["\(PythonTools.folder(of: "oidc"))/provider.py"] + addresses
        process.currentDirectoryURL = folder
        process.standardInput = pipe
        process.standardOutput = try PythonTools.handle(output)
        process.standardError = try PythonTools.handle(errors)
        try process.run()
        let line = try await Self.line(0, of: output, process, errors)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        facts = try decoder.decode(Facts.self, from: Data(line.utf8))
    }

    /// Has the provider do something, and waits until it is done.
    package func tell(_ command: String) async throws {
        try input.write(contentsOf: Data("\(command)\n".utf8))
        _ = try await Self.line(linesRead, of: output, process, errors)
        linesRead += 1
    }

    /// It ends with its input.
    private func stop() async {
        // Closed twice at worst.
        try? input.close()
        for _ in 0..<100 where process.isRunning { await pause() }
        if process.isRunning { process.terminate() }
    }

    private static func line(_ number: Int, of file: URL, _ process: Process, _ errors: URL) async throws -> String {
        for _ in 0..<1200 {
            let lines = PythonTools.text(file).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if lines.count > number { return String(lines[number]) }
            guard process.isRunning else { break }
            await pause()
        }
        throw Failure(description: "the provider did not answer: \(PythonTools.text(errors).suffix(4000))")
    }
}

/// Between two looks at something that another process does.
private func pause() async {
    // Cancelled, it looks again at once, and the number of looks is bounded.
    try? await Task.sleep(for: .milliseconds(50))
}
