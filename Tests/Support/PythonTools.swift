internal import Foundation

/// Programs from PyPI that tests try ours with, each below `tools/lib`.
enum PythonTools {
    struct NotInstalled: Error, CustomStringConvertible {
        let description: String
    }

    static func folder(of name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "tools/lib/\(name)").path
    }

    /// Installs what is missing, and gives the Python that has it.
    static func python(of name: String) async throws -> String {
        let files = FileManager.default.temporaryDirectory.appending(path: "daybook-install-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer {
            // A file that stays behind in the temporary folder harms nobody.
            try? FileManager.default.removeItem(at: files)
        }
        let (output, errors) = (files.appending(path: "out"), files.appending(path: "err"))
        let process = Process()
        process.executableURL = URL(filePath: "\(folder(of: name))/install")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try handle(output)
        process.standardError = try handle(errors)
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        guard status == 0 else { throw NotInstalled(description: "tools/lib/\(name)/install: \(text(errors))") }
        return text(output).trimmingCharacters(in: .whitespacesAndNewlines) + "/bin/python"
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
