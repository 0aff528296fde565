internal import Foundation
internal import Glibc

/// What the system knows of this process, under the names that all Prometheus clients use.
package enum ProcessMetrics {
    package static func measure() -> [Measurement] {
        var found: [Measurement] = []
        if let stat = Stat() {
            found += [
                .counter("process_cpu_seconds_total", [], stat.cpuSeconds),
                .gauge("process_resident_memory_bytes", [], stat.residentBytes),
                .gauge("process_virtual_memory_bytes", [], stat.virtualBytes),
                .gauge("process_threads", [], stat.threads),
            ]
            if let boot = bootTime { found.append(.gauge("process_start_time_seconds", [], boot + stat.startSeconds)) }
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // One of them is the folder that was just read.
            found.append(.gauge("process_open_fds", [], Double(open.count - 1)))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            found.append(.gauge("process_max_fds", [], Double(limit.rlim_cur)))
        }
        return found
    }

    /// A few fields of `/proc/self/stat`, see proc(5).
    private struct Stat {
        let cpuSeconds: Double
        let threads: Double
        /// After the machine's start.
        let startSeconds: Double
        let virtualBytes: Double
        let residentBytes: Double

        init?() {
            // The second field is the name in parentheses, which may hold anything.
            guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
                let end = text.lastIndex(of: ")")
            else { return nil }
            let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace).map { Double($0) ?? 0 }
            guard fields.count > 21 else { return nil }
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            // The third field of the manual is the first here.
            cpuSeconds = (fields[11] + fields[12]) / ticks
            threads = fields[17]
            startSeconds = fields[19] / ticks
            virtualBytes = fields[20]
            residentBytes = fields[21] * Double(sysconf(Int32(_SC_PAGESIZE)))
        }
    }

    /// When the machine started, in seconds since 1970.
    private static let bootTime: Double? = {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8) else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    }()
}
