import Foundation
import Testing

extension PostgresTests {
    /// Measured in a process of its own: what the other tests do at the same time would count in this one.
    @Test func `a hundred thousand statements, refused ones too, leave no memory behind`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let conninfo = try #require(environment["DAYBOOK_TEST_POSTGRES"])
        let binary = try #require(environment["DAYBOOK_BINARY"], "set DAYBOOK_BINARY to the built executable")
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: binary).deletingLastPathComponent().appending(path: "PostgresProbe")
        process.arguments = [conninfo, "10000"]
        process.standardOutput = output
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try #require(status == 0)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let bytes = text.split { $0.isWhitespace }.compactMap { Int($0) }
        try #require(bytes.count == 2, "\(text)")
        // 75,000 results of libpq that nobody frees would be more than 150 MB; 14 bytes each are noticed.
        #expect(bytes[1] - bytes[0] < 1 << 20, "from \(bytes[0]) to \(bytes[1]) bytes")
    }
}
