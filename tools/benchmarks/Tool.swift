internal import Foundation

/// Programs beside ours: baselines, and the system under test as it is shipped.
enum Tool {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a program to its end and gives its standard output; its errors are in the thrown text.
    @discardableResult
    static func run(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        let errors = FileManager.default.temporaryDirectory.appendingPathComponent("daybook-bench-\(UUID().uuidString)")
        FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }  // A left-over file in /tmp harms nobody.
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try launch(process)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let reason = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
            throw Failed(
                description:
                    "\(path) \(arguments.first ?? "") ended with \(process.terminationStatus): \(reason.suffix(2000))"
            )
        }
        return text
    }

    /// Starts a program that runs until it is stopped.
    static func start(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        log: String
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        FileManager.default.createFile(atPath: log, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardOutput = handle
        process.standardError = handle
        try launch(process)
        return process
    }

    /// Starts it with no signal blocked. Foundation hands on the calling thread's mask, and Swift's threads block them all, so
    /// that pgbench never heard its alarm clock.
    private static func launch(_ process: Process) throws {
        var (none, mask) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &mask)
        defer { pthread_sigmask(SIG_SETMASK, &mask, nil) }
        try process.run()
    }

    static func stop(_ process: Process) {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Resident memory of a process in bytes, as Linux counts it.
    static func residentBytes(of pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw Failed(description: "no VmRSS of process \(pid)") }
        return kilobytes * 1024
    }

    /// Processor seconds that a process has used, user and system.
    static func processorSeconds(of pid: Int32) throws -> Double { try times(of: pid)[0..<2].reduce(0, +) }

    /// The same of a process, of the children that it has, and of those that it had.
    static func processorSeconds(ofFamily pid: Int32) throws -> Double {
        let own = try times(of: pid)
        var seconds = own.reduce(0, +)
        for child in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ Int32($0) }) {
            // One that has ended since is among those that it had.
            guard let fields = try? stat(of: child), fields.count > 13, Int32(fields[2]) == pid else { continue }
            seconds += fields[12...13].reduce(0) { $0 + (Double($1) ?? 0) } / 100
        }
        // A child that ended meanwhile was missed, or counted twice.
        return try times(of: pid) == own ? seconds : try processorSeconds(ofFamily: pid)
    }

    /// User and system seconds of its own, then of the children that it has waited for.
    private static func times(of pid: Int32) throws -> [Double] {
        let fields = try stat(of: pid)
        guard fields.count > 15 else { throw Failed(description: "no times of process \(pid)") }
        return fields[12...15].map { (Double($0) ?? 0) / 100 }
    }

    /// The fields of /proc/…/stat from behind the name, whose own parenthesis is the first.
    private static func stat(of pid: Int32) throws -> [Substring] {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    }
}
