internal import CoreMetrics

/// Counts what the appenders do, once a batch: however many commands are in it, it costs a few additions.
final class AppendMetrics: Sendable {
    private let batches = Recorder(label: "daybook_append_batch_commands")
    private let durations = Timer(label: "daybook_append_duration_seconds")
    private let accepted = verdict("accepted")
    private let conflict = verdict("conflict")
    private let refused = verdict("refused")
    private let duplicate = verdict("duplicate")
    private let keyReused = verdict("key_reused")
    private let retry = verdict("retry")

    /// Notes a call that the log has answered.
    ///
    /// - Parameter verdicts: nil where a command must be judged again.
    func committed(_ verdicts: [AppendVerdict?], in duration: Duration) {
        batches.record(verdicts.count)
        durations.recordNanoseconds(duration.nanoseconds)
        var counts = (accepted: 0, conflict: 0, refused: 0, duplicate: 0, keyReused: 0, retry: 0)
        for verdict in verdicts {
            switch verdict {
            case .accepted: counts.accepted += 1
            case .conflict: counts.conflict += 1
            case .refused: counts.refused += 1
            case .duplicate: counts.duplicate += 1
            case .keyReused: counts.keyReused += 1
            case nil: counts.retry += 1
            }
        }
        if counts.accepted > 0 { accepted.increment(by: counts.accepted) }
        if counts.conflict > 0 { conflict.increment(by: counts.conflict) }
        if counts.refused > 0 { refused.increment(by: counts.refused) }
        if counts.duplicate > 0 { duplicate.increment(by: counts.duplicate) }
        if counts.keyReused > 0 { keyReused.increment(by: counts.keyReused) }
        if counts.retry > 0 { retry.increment(by: counts.retry) }
    }

    /// Notes commands that got no verdict.
    func failed(_ count: Int, _ error: AppendError) {
        guard count > 0 else { return }
        let reason =
            switch error {
            case .overloaded: "overloaded"
            case .unavailable: "unavailable"
            case .fenced: "fenced"
            case .malformed: "malformed"
            case .closed: "closed"
            }
        Counter(label: "daybook_append_failures_total", dimensions: [("reason", reason)]).increment(by: count)
    }

    private static func verdict(_ name: String) -> Counter {
        Counter(label: "daybook_append_verdicts_total", dimensions: [("verdict", name)])
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 { Int64(self / .nanoseconds(1)) }
}
