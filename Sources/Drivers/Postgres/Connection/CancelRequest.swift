internal import CPostgres
internal import Threads

/// Asks the server to give up what a connection runs. libpq opens a second connection for it and blocks, without a
/// deadline, so that happens on a thread of its own.
struct CancelRequest {
    private let thread: DedicatedThread

    init(for wire: Wire) {
        // Made here, used and freed on the other thread only; libpq made PGcancel for just that.
        nonisolated(unsafe) let cancel = PQgetCancel(wire.handle)
        thread = DedicatedThread(name: "postgres-cancel") {
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(cancel, &message, Int32(message.count))
            PQfreeCancel(cancel)
        }
    }

    /// Waits until the server has taken it; false when it has not by then. Before, the connection must not be used again:
    /// a late cancellation would hit the next statement.
    func isDone(within timeout: Duration) -> Bool {
        thread.join(timeout: timeout)
    }
}
