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
    /// How the processes shared the processors, where it was looked at.
    var split: ProcessorSplit?

    /// A row that could not be measured, and why.
    static func missing(_ id: String, _ error: any Error) -> Row {
        let reason = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ").replacing("|", with: "/")
        return Row(id: id, work: "did not run: \(reason)", ours: "-", baseline: "-", ratio: "-", target: "-", met: nil)
    }
}

/// Collects rows and prints them as one Markdown table.
struct Report {
    private(set) var rows: [Row] = []
    private(set) var isComplete = true

    mutating func add(_ row: Row) {
        rows.append(row)
        FileHandle.standardError.write(
            Data(
                "\(row.id): \(row.ours == "-" ? row.work : row.ours) | \(row.baseline) | \(row.ratio) | \(row.target)\n"
                    .utf8
            )
        )
    }

    /// Measures rows; one that cannot run says why, and the others go on.
    mutating func add(_ ids: [String], by measure: (inout Report) async throws -> Void) async {
        do { try await measure(&self) } catch {
            isComplete = false
            for id in ids where !rows.contains(where: { $0.id == id }) { add(.missing(id, error)) }
        }
    }

    var markdown: String {
        let header = ["#", "work", "ours", "baseline", "ratio", "spine target", "met", "processors"]
        let lines = rows.map { row in
            [
                row.id, row.work, row.ours, row.baseline, row.ratio, row.target,
                row.met.map { $0 ? "yes" : "no" } ?? "-", row.split?.description ?? "-",
            ]
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
