internal import Foundation

/// One script of pgbench on prepared statements, each run of it a transaction.
struct Pgbench {
    let system: System
    private let file: String

    /// - Parameter name: what its files are called.
    init(_ name: String, _ script: String, in system: System) throws {
        self.system = system
        file = "\(system.settings.folder)/\(name).sql"
        try script.write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// Transactions per second, and how many milliseconds each took.
    func run(clients: Int, seconds: Double) throws -> (perSecond: Double, latencies: Sample) {
        let folder = system.settings.folder
        let text = try Tool.run(
            system.postgresProgram("pgbench"),
            [
                "-n", "-M", "prepared", "-c", "\(clients)", "-j", "2", "-T", "\(max(1, Int(seconds)))", "-f", file,
                "--log", "--log-prefix=\(folder)/pgbench-log", system.settings.postgres + " dbname=daybook_product",
            ]
        )
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
            let tps = line.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) })
        else { throw Tool.Failed(description: "pgbench said: \(text)") }
        var latencies: [Double] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("pgbench-log") {
            let path = "\(folder)/\(name)"
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                let fields = line.split(separator: " ")
                if fields.count > 2, let microseconds = Double(fields[2]) { latencies.append(microseconds / 1000) }
            }
            try FileManager.default.removeItem(atPath: path)
        }
        return (tps, Sample(latencies))
    }
}
