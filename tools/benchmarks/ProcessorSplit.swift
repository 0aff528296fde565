internal import Foundation

/// How the processes that take part in a row share the processors, added up over what is measured with it.
struct ProcessorSplit {
    private let system: System
    private let server: Int32?
    private let children: String
    private var used: [String: Double] = [:]
    private var elapsed = 0.0

    /// - Parameters:
    ///   - server: a process that runs all the while.
    ///   - children: what the programs are called that run to their end meanwhile.
    init(of system: System, server: Process? = nil, children: String = "tools") {
        self.system = system
        self.server = server?.processIdentifier
        self.children = children
    }

    mutating func measure<Result>(_ body: () async throws -> Result) async throws -> Result {
        let (before, began) = (try now(), ContinuousClock.now)
        let result = try await body()
        elapsed += (ContinuousClock.now - began).seconds
        for (name, seconds) in try now() { used[name, default: 0] += seconds - (before[name] ?? 0) }
        return result
    }

    /// `1.7: postgres 52 %, bench 38 %`: how many processors were busy, and whose share each was.
    var description: String {
        let total = used.values.reduce(0, +)
        guard total > 0, elapsed > 0 else { return "-" }
        let shares = used.sorted { $0.value > $1.value }.map { ($0.key, Int(($0.value / total * 100).rounded())) }
        return String(format: "%.1f: ", total / elapsed)
            + shares.filter { $0.1 > 0 }.map { "\($0.0) \($0.1) %" }.joined(separator: ", ")
    }

    private func now() throws -> [String: Double] {
        var times = [
            "bench": Self.own(RUSAGE_SELF.rawValue), children: Self.own(RUSAGE_CHILDREN.rawValue),
            "postgres": try Tool.processorSeconds(ofFamily: system.postmaster),
            "redis": try Tool.processorSeconds(of: system.redisServer),
        ]
        if let server { times["daybook"] = try Tool.processorSeconds(of: server) }
        return times
    }

    private static func own(_ who: __rusage_who_t) -> Double {
        var usage = rusage()
        guard getrusage(who, &usage) == 0 else { return 0 }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
