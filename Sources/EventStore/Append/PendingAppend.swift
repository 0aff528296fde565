/// A command on its way through an appender, with whoever waits for its verdict.
struct PendingAppend: Sendable {
    typealias Answer = Result<AppendVerdict, AppendError>

    let prepared: PreparedCommand
    let partition: Partition
    /// When it is given up while Postgres is away.
    let deadline: ContinuousClock.Instant
    /// It was sent, and the connection broke before the answer: it may be committed.
    var mayBeCommitted = false
    private let continuation: CheckedContinuation<Answer, Never>

    init(
        _ prepared: PreparedCommand,
        to partition: Partition,
        deadline: ContinuousClock.Instant,
        continuation: CheckedContinuation<Answer, Never>
    ) {
        self.prepared = prepared
        self.partition = partition
        self.deadline = deadline
        self.continuation = continuation
    }

    func answer(_ verdict: AppendVerdict) {
        continuation.resume(returning: .success(verdict))
    }

    func fail(_ error: AppendError) {
        continuation.resume(returning: .failure(error))
    }
}
