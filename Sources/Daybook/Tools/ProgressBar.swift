internal import Foundation
internal import SlackImport

/// How far it is, on standard error: one line that is drawn again on a terminal, a line now and then elsewhere.
///
///     [########----------------]  34 %  11,400 of 33,422 messages  8,912/s  0:02 left
final class ProgressBar {
    private static let width = 24

    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown: ContinuousClock.Instant?
    private var isOpen = false

    func show(_ progress: ImportProgress) {
        let isDone = progress.done == progress.total
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        if let shown, !isDone, ContinuousClock.now - shown < pause { return }
        shown = .now
        write((isTerminal ? "\r\u{1B}[K" : "") + Self.line(progress) + (isTerminal ? "" : "\n"))
        isOpen = isTerminal
    }

    /// Leaves the line as it is and goes on below it.
    func end() {
        if isOpen { write("\n") }
        isOpen = false
    }

    static func line(_ progress: ImportProgress) -> String {
        let share = progress.total > 0 ? Double(progress.done) / Double(progress.total) : 1
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        var line =
            "[\(bar)] \(padded(Int(share * 100), 3)) %  \(grouped(progress.done)) of \(grouped(progress.total)) messages"
        line += "  \(grouped(Int(progress.rate)))/s"
        if let left = progress.left {
            let seconds = left.components.seconds
            line += "  \(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60) left"
        }
        return line
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: " ", count: max(0, width - digits.count)) + digits
    }

    private static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
            index -= 3
        }
        return digits
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
