internal import Synchronization
internal import Threads

/// A few connections, each on a thread of its own, for callers that are tasks.
///
/// A caller hands in a closure, waits in a bounded queue, and gets what the closure returns. Connections open on first use
/// and again after they were lost.
///
///     let pool = PostgresPool(configuration, size: 4, queueLimit: 1000)
///     let rooms = try await pool.query("SELECT id, name FROM room", as: (UUID, String).self)
package final class PostgresPool: Sendable {
    /// How long a caller waits for a connection unless it says otherwise.
    package static let defaultTimeout: Duration = .seconds(5)

    private let queue: BlockingQueue<any PoolRequest>
    private let outage = Outage()
    private let tally = PoolTally()
    private let size: Int
    private let threads: [DedicatedThread]

    /// Starts the threads; connects to nothing yet.
    ///
    /// - Parameters:
    ///   - size: how many connections.
    ///   - queueLimit: how many callers may wait for one; the next one gets `.overloaded` at once.
    package init(_ configuration: PostgresConfiguration, size: Int, queueLimit: Int) {
        let queue = BlockingQueue<any PoolRequest>(capacity: queueLimit)
        let (outage, tally) = (outage, tally)
        let workers = (0..<size).map { number in
            DedicatedThread(name: "postgres-\(number)") {
                PoolWorker(configuration, outage: outage, tally: tally).serve(queue)
            }
        }
        let clock = DedicatedThread(name: "postgres-clock") { queue.expireRequests(outage, tally) }
        self.queue = queue
        self.size = size
        threads = workers + [clock]
    }

    deinit {
        queue.close()
    }

    /// Callers that wait for a connection now.
    package var waiting: Int { queue.count }

    package var usage: PoolUsage { tally.usage(connections: size, waiting: waiting) }

    /// Runs `body` on a connection that is its own until it returns. What it leaves open is rolled back.
    ///
    /// A connection that is lost inside `body` throws `.connectionLost` there; nothing is tried again in silence, since
    /// nobody knows what was committed. Cancelling the task takes it out of the queue, or cancels the statement that runs.
    ///
    /// - Parameter timeout: for everything, the waiting and all statements. Without one the caller waits at most
    ///   `defaultTimeout` for a connection, and each statement has the configured timeout. While the server is away the
    ///   error is `.connectionFailed`, while all connections are busy `.timedOut`.
    package func withConnection<Value: Sendable>(
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let result = try await withConnection(timeout: timeout) { (connection) throws(PostgresError) in
            Result { try body(connection) }
        }
        return try result.get()
    }

    /// The same for a body that throws nothing else, and says so: `{ (connection) throws(PostgresError) in … }`.
    package func withConnection<Value: Sendable>(
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (PostgresConnection) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let request = Request(timeout: timeout, body)
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { request.submit($0, to: queue) }
        } onCancel: {
            request.cancel()
        }
        if case .failure(let error) = answer, error.code == .overloaded { tally.overloaded() }
        return try answer.get()
    }

    /// Finishes what runs, refuses what waits and what comes with `.closed`, and ends the threads. A caller whose connection
    /// is being made is still served, or fails at its timeout.
    package func close() async {
        queue.close()
        for request in queue.removeAll(where: { _ in true }) {
            request.fail(PostgresError(.closed, "the pool is closed"))
        }
        for thread in threads { await thread.waitUntilFinished() }
    }
}

/// Why the server is away, as long as it is; said to those who wait in vain.
final class Outage: Sendable {
    private let failure = Mutex<PostgresError?>(nil)

    var current: PostgresError? {
        get { failure.withLock { $0 } }
        set { failure.withLock { $0 = newValue } }
    }
}

extension BlockingQueue<any PoolRequest> {
    /// Takes out the callers whose time is over or whose task was cancelled, until the queue is closed.
    fileprivate func expireRequests(_ outage: Outage, _ tally: PoolTally) {
        let tick = Monitor(())
        while !isClosed {
            _ = tick.wait(until: .now + .milliseconds(20)) { _ -> Void? in nil }
            let now = ContinuousClock.now
            for request in removeAll(where: { $0.isOver || $0.deadline <= now }) {
                if !request.isOver { tally.timedOut() }
                request.fail(outage.current ?? PostgresError(.timedOut, "no connection was free in time"))
            }
        }
    }
}
