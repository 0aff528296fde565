internal import Foundation

/// One line of the table: what was measured, ours beside the baseline of the same run.
struct Row: Sendable {
    let id: String
    let work: String
    let ours: String
    let baseline: String
    let ratio: String
    let target: String
    /// Nil where the row has no spine target.
    let met: Bool?
}

/// Collects rows and prints them as one Markdown table.
struct Report {
    private(set) var rows: [Row] = []

    mutating func add(_ row: Row) {
        rows.append(row)
        FileHandle.standardError.write(
            Data("\(row.id): \(row.ours) | \(row.baseline) | \(row.ratio) | \(row.target)\n".utf8)
        )
    }

    var markdown: String {
        let header = ["#", "work", "ours", "baseline", "ratio", "spine target", "met"]
        let lines = rows.map { row in
            [row.id, row.work, row.ours, row.baseline, row.ratio, row.target, row.met.map { $0 ? "yes" : "no" } ?? "-"]
        }
        return ([header, header.map { _ in "---" }] + lines).map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }
}

/// `12,345` or `1.23`: three significant digits where there are decimals.
func figure(_ value: Double) -> String {
    if value.isNaN { return "-" }
    if abs(value) >= 100 {
        var digits = String(Int(value.rounded()))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return ([digits] + groups).joined(separator: ",")
    }
    return String(format: abs(value) >= 10 ? "%.1f" : "%.2f", value)
}

/// `median [min–max]` of several runs.
func spread(_ sample: Sample, _ unit: String = "") -> String {
    "\(figure(sample.median))\(unit) [\(figure(sample.min))–\(figure(sample.max))]"
}
