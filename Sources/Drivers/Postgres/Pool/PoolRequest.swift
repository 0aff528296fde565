internal import Synchronization
internal import Threads

/// A caller in the pool's queue, whatever it wants to have in the end.
protocol PoolRequest: AnyObject, Sendable {
    /// When the caller no longer waits for a connection.
    var deadline: ContinuousClock.Instant { get }

    /// Answered, expired or cancelled: nobody waits for it.
    var isOver: Bool { get }

    /// Whether it is still wanted; from now on cancelling it fires `interrupt`, until it is over.
    func begin(_ interrupt: PostgresInterrupt) -> Bool

    /// Gets a connection by `connect`, runs the body and answers the caller after `settle`.
    func run(connect: () throws(PostgresError) -> PostgresConnection, settle: () -> Void)

    /// Answers with an error, if nobody has answered yet.
    func fail(_ error: PostgresError)
}

final class Request<Value: Sendable>: PoolRequest {
    typealias Answer = Result<Value, PostgresError>

    /// new → waiting → running → over; any of them → over.
    private enum State {
        case new
        case waiting(CheckedContinuation<Answer, Never>)
        case running(CheckedContinuation<Answer, Never>, PostgresInterrupt)
        case over
    }

    let deadline: ContinuousClock.Instant
    /// Whether the deadline is the statements' too.
    private let boundsStatements: Bool
    private let body: @Sendable (PostgresConnection) throws(PostgresError) -> Value
    private let state = Mutex(State.new)

    init(
        timeout: Duration?,
        _ body: @escaping @Sendable (PostgresConnection) throws(PostgresError) -> Value
    ) {
        deadline = .now + (timeout ?? PostgresPool.defaultTimeout)
        boundsStatements = timeout != nil
        self.body = body
    }

    var isOver: Bool {
        state.withLock { if case .over = $0 { true } else { false } }
    }

    func submit(_ continuation: CheckedContinuation<Answer, Never>, to queue: BlockingQueue<any PoolRequest>) {
        let isCancelled = state.withLock { state in
            guard case .new = state else { return true }
            state = .waiting(continuation)
            return false
        }
        if isCancelled {
            continuation.resume(returning: .failure(.taskCancelled))
        } else if !queue.push(self) {
            fail(
                queue.isClosed
                    ? PostgresError(.closed, "the pool is closed")
                    : PostgresError(.overloaded, "too many callers wait for a connection")
            )
        }
    }

    func begin(_ interrupt: PostgresInterrupt) -> Bool {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return false }
            state = .running(continuation, interrupt)
            return true
        }
    }

    func run(connect: () throws(PostgresError) -> PostgresConnection, settle: () -> Void) {
        let answer = Answer { () throws(PostgresError) in
            let connection = try connect()
            if boundsStatements { connection.deadline = deadline }
            return try body(connection)
        }
        settle()
        end(answer)
    }

    func fail(_ error: PostgresError) {
        end(.failure(error))
    }

    /// While it runs only the interrupt is fired: the connection's thread answers when the statement has ended.
    func cancel() {
        let waiting: CheckedContinuation<Answer, Never>? = state.withLock { state in
            switch state {
            case .running(_, let interrupt):
                interrupt.fire()
                return nil
            case .waiting(let continuation):
                state = .over
                return continuation
            case .new, .over:
                state = .over
                return nil
            }
        }
        waiting?.resume(returning: .failure(.taskCancelled))
    }

    /// The interrupt is reset under the lock under which it is fired, so none reaches the next request.
    private func end(_ answer: Answer) {
        let continuation: CheckedContinuation<Answer, Never>? = state.withLock { state in
            defer { state = .over }
            switch state {
            case .new, .over: return nil
            case .waiting(let continuation): return continuation
            case .running(let continuation, let interrupt):
                interrupt.reset()
                return continuation
            }
        }
        continuation?.resume(returning: answer)
    }
}

extension PostgresError {
    fileprivate static var taskCancelled: PostgresError { PostgresError(.cancelled, "the task was cancelled") }
}
