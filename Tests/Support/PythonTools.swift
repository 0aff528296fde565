internal import Foundation

/// Programs from PyPI that tests try ours with, each below `tools/lib`.
package enum PythonTools {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    package static func folder(of name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "tools/lib/\(name)").path
    }

    /// Installs what is missing, and gives the Python that has it.
    package static func python(of name: String) async throws -> String {
        try await output(of: "\(folder(of: name))/install", []) + "/bin/python"
    }

    /// Runs a program to its end, which has to be a good one, and gives what it printed, without blank ends.
    package static func output(of program: String, _ arguments: [String]) async throws -> String {
        let files = FileManager.default.temporaryDirectory.appending(path: "daybook-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer {
            // A file that stays behind in the temporary folder harms nobody.
            try? FileManager.default.removeItem(at: files)
        }
        let (output, errors) = (files.appending(path: "out"), files.appending(path: "err"))
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try handle(output)
        process.standardError = try handle(errors)
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
        guard status == 0 else {
            throw Failed(description: "\(program) ended with \(status ?? -1):\n\(text(output))\n\(text(errors))")
        }
        return text(output).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func handle(_ file: URL) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        return try FileHandle(forWritingTo: file)
    }

    static func text(_ file: URL) -> String {
        String(decoding: FileManager.default.contents(atPath: file.path) ?? Data(), as: UTF8.self)
    }
}
