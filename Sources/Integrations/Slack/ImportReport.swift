/// What became of an archive: what was taken over and what was not, by reason.
package struct ImportReport: Sendable, Equatable {
    package struct Tally: Sendable, Equatable {
        package var added = 0
        /// Were here before.
        package var present = 0

        package init(added: Int = 0, present: Int = 0) {
            self.added = added
            self.present = present
        }
    }

    package var users = Tally()
    package var rooms = Tally()
    package var messages = Tally()
    /// Those of the messages that answer in a thread.
    package var answers = 0
    /// Those of the answers whose thread's first message is younger: they stand right behind it.
    package var delayedAnswers = 0
    package var edits = 0
    package var reactions = 0
    /// Names of files; their bytes are not in an export.
    package var files = 0
    /// How many of what were not taken over, by reason.
    package var leftOut: [String: Int] = [:]

    mutating func leaveOut(_ reason: String, _ count: Int = 1) {
        leftOut[reason, default: 0] += count
    }
}

extension ImportReport: CustomStringConvertible {
    package var description: String {
        func row(_ name: String, _ tally: Tally) -> String {
            "  \(name): \(tally.added)" + (tally.present > 0 ? ", and \(tally.present) that were here before" : "")
        }
        var lines = ["taken over", row("users", users), row("rooms", rooms), row("messages", messages)]
        lines.append("    of these, answers in threads: \(answers)")
        if delayedAnswers > 0, messages.added > 0 {
            lines.append("    older than their thread's first message, so put right behind it: \(delayedAnswers)")
        }
        lines += ["  edits: \(edits)", "  reactions: \(reactions)", "  names of files: \(files)"]
        lines.append(leftOut.isEmpty ? "not taken over: nothing" : "not taken over")
        lines += leftOut.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        return lines.joined(separator: "\n")
    }
}
