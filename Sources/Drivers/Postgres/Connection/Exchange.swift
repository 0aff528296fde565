internal import CPostgres
internal import Glibc

/// One request to the server and the results that it answers with, under a deadline.
///
/// At the deadline or an interrupt the server is asked to cancel, and has a short grace to say that it did; then the
/// connection goes on. If it stays silent, the connection is lost.
final class Exchange {
    /// How long a server may take to cancel.
    private static let grace: Duration = .seconds(2)

    private let wire: Wire
    private let isInterruptible: Bool
    private var deadline: ContinuousClock.Instant
    private var cancellation: (request: CancelRequest, reason: PostgresError.Code)?

    /// Throws without sending anything when it is too late already.
    init(
        on wire: Wire,
        until deadline: ContinuousClock.Instant,
        isInterruptible: Bool = true
    ) throws(PostgresError) {
        guard !wire.isLost else { throw PostgresError(.connectionLost, "the connection was lost before") }
        if isInterruptible, wire.interrupt?.isFired == true { throw PostgresError(.cancelled, "interrupted") }
        guard deadline > .now else { throw PostgresError(.timedOut, "the deadline passed before the statement") }
        self.wire = wire
        self.deadline = deadline
        self.isInterruptible = isInterruptible
    }

    /// Queues a message; `send` is a libpq call that returns 1.
    func send(_ send: (OpaquePointer) -> Int32) throws(PostgresError) {
        guard send(wire.handle) == 1 else { throw wire.lose() }
    }

    /// The next result, which may be an error of the server; nil at the end of a statement's results.
    func next() throws(PostgresError) -> PostgresResult? {
        while true {
            let isFlushing = PQflush(wire.handle) == 1
            guard isFlushing || PQisBusy(wire.handle) == 1 else { break }
            try wait(isWriting: isFlushing)
            // At the connection's end PQgetResult has the reason.
            guard PQconsumeInput(wire.handle) == 1 else { break }
        }
        guard let handle = PQgetResult(wire.handle) else { return nil }
        let result = PostgresResult(handle)
        switch PQresultStatus(handle) {
        case PGRES_COPY_OUT, PGRES_COPY_BOTH:
            throw wire.lose("COPY to the client is not supported")
        case PGRES_FATAL_ERROR where result.endsConnection || PQstatus(wire.handle) == CONNECTION_BAD:
            throw wire.lose(result.errorMessage)
        default:
            return result
        }
    }

    /// Reads the results of one statement to their end.
    ///
    /// - Returns: the last result, and the first error.
    func rest() throws(PostgresError) -> (last: PostgresResult?, failure: PostgresError?) {
        var last: PostgresResult?
        var failure: PostgresError?
        while let result = try next() {
            if failure == nil { failure = result.failure }
            last = result
            if PQresultStatus(result.handle) == PGRES_COPY_IN { break }
        }
        return (last, failure)
    }

    /// Hands libpq a piece of a COPY; `put` is a call that returns 0 as long as its buffer is full. Throws at the deadline
    /// or an interrupt, and leaves it to the caller to end the COPY.
    func put(_ put: (OpaquePointer) -> Int32) throws(PostgresError) {
        while true {
            switch put(wire.handle) {
            case 1: break
            case 0:
                try waitForRoom()
                continue
            default: throw wire.lose()
            }
            if deadline <= .now { throw PostgresError(.timedOut, "the deadline passed inside COPY") }
            return
        }
    }

    /// To be called when all results are read, with the first error among them: throws it, as what was its cause.
    func finish(_ failure: PostgresError?) throws(PostgresError) {
        if let cancellation, !cancellation.request.isDone(within: Self.grace) { _ = wire.lose() }
        guard var failure else { return }
        if let cancellation, failure.code == .server(.queryCanceled) { failure.code = cancellation.reason }
        throw failure
    }

    private func waitForRoom() throws(PostgresError) {
        switch wire.wait(for: POLLIN | POLLOUT, until: deadline, isInterruptible: isInterruptible) {
        case .ready: guard PQconsumeInput(wire.handle) == 1, PQflush(wire.handle) >= 0 else { throw wire.lose() }
        case .deadline: throw PostgresError(.timedOut, "the deadline passed inside COPY")
        case .interrupted: throw PostgresError(.cancelled, "interrupted inside COPY")
        }
    }

    /// Sleeps until the server takes or sends more.
    private func wait(isWriting: Bool) throws(PostgresError) {
        let events = isWriting ? POLLIN | POLLOUT : POLLIN
        let isInterruptible = isInterruptible && cancellation == nil
        switch wire.wait(for: events, until: deadline, isInterruptible: isInterruptible) {
        case .ready: break
        case .deadline: try cancel(.timedOut)
        case .interrupted: try cancel(.cancelled)
        }
    }

    private func cancel(_ reason: PostgresError.Code) throws(PostgresError) {
        if let cancellation {
            _ = wire.lose()
            throw PostgresError(cancellation.reason, "the server does not answer; the connection was dropped")
        }
        cancellation = (CancelRequest(for: wire), reason)
        deadline = .now + Self.grace
    }
}
