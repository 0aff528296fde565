import Foundation
import Synchronization

/// A process that a test has started.
final class Child: Sendable {
    struct Result: Sendable {
        /// What it exited with; 128 + the signal if it was killed, as a shell has it.
        let status: Int32
        let output: String
        let errors: String
    }

    private struct State {
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    let pid: Int32
    private let output: String
    private let errors: String
    private let ended: Ended

    /// Starts it; what it says goes to files, so that it never waits for a reader.
    init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        folder: String? = nil,
        output: String,
        errors: String
    ) throws {
        self.output = output
        self.errors = errors
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = environment
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(output)
        process.standardError = errors == output ? process.standardOutput : try Self.file(errors)
        let ended = Ended()
        self.ended = ended
        process.terminationHandler = { process in
            ended.set(process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus)
        }
        try process.run()
        pid = process.processIdentifier
    }

    /// What it has said so far.
    var said: String { Self.text(output) }

    var isRunning: Bool { ended.status == nil }

    /// Sends a signal if it still runs.
    func signal(_ number: Int32) {
        if isRunning { Glibc.kill(pid, number) }
    }

    /// Waits for its end and gives its status.
    @discardableResult
    func end() async -> Int32 { await ended.wait() }

    func result() async -> Result {
        let status = await end()
        return Result(status: status, output: Self.text(output), errors: Self.text(errors))
    }

    private static func file(_ path: String) throws -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// The end of a process, which comes once.
    private final class Ended: Sendable {
        private let state = Mutex(State())

        var status: Int32? { state.withLock(\.status) }

        func set(_ status: Int32) {
            let waiters = state.withLock { state in
                state.status = status
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume(returning: status) }
        }

        func wait() async -> Int32 {
            await withCheckedContinuation { continuation in
                let status = state.withLock { state in
                    if state.status == nil { state.waiters.append(continuation) }
                    return state.status
                }
                if let status { continuation.resume(returning: status) }
            }
        }
    }
}
