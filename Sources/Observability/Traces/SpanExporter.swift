internal import CoreMetrics
package import Logging
internal import ServiceContextModule
internal import Synchronization

/// Sends spans on in batches, and keeps nobody waiting: those that find no room, or whose batch is not taken, are lost and
/// counted.
package final class SpanExporter: Sendable {
    /// Sends one body of OTLP/HTTP as JSON.
    package typealias Send = @Sendable (_ body: [UInt8]) async throws -> Void

    private let resource: [(String, String)]
    private let capacity: Int
    private let batchLimit: Int
    private let interval: Duration
    private let logger: Logger
    private let send: Send
    private let waiting = Mutex<[FinishedSpan]>([])
    private let exported = spans("exported")
    private let dropped = spans("dropped")
    private let failed = spans("failed")

    /// - Parameters:
    ///   - resource: what all spans are said to come from, such as `service.name`.
    ///   - capacity: how many may wait.
    ///   - interval: how long they wait at most, as long as those who listen keep up.
    package init(
        resource: [(String, String)],
        capacity: Int = 8192,
        batchLimit: Int = 512,
        interval: Duration = .seconds(1),
        logger: Logger,
        send: @escaping Send
    ) {
        self.resource = resource
        self.capacity = capacity
        self.batchLimit = batchLimit
        self.interval = interval
        self.logger = logger
        self.send = send
    }

    func add(_ span: FinishedSpan) {
        let isTaken = waiting.withLock { waiting in
            guard waiting.count < capacity else { return false }
            waiting.append(span)
            return true
        }
        if !isTaken { dropped.increment() }
    }

    /// Exports until it is cancelled; what waits then is for `flush`.
    package func run() async {
        var isFailing = false
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            do {
                try await exportAll()
                isFailing = false
            } catch {
                // Once an outage, not once a batch.
                if !isFailing, !Task.isCancelled {
                    logger.warning("traces are not taken and are lost", metadata: ["error": "\(error)"])
                }
                isFailing = true
            }
        }
    }

    /// Exports what waits, in the end.
    package func flush() async {
        do { try await exportAll() } catch {
            logger.warning("the last traces are lost", metadata: ["error": "\(error)"])
        }
    }

    /// Batch after batch, until all that waits now is sent or one is not taken.
    private func exportAll() async throws {
        var count = waiting.withLock(\.count)
        while count > 0 {
            let batch = waiting.withLock { waiting in
                defer { waiting.removeFirst(min(batchLimit, waiting.count)) }
                return Array(waiting.prefix(batchLimit))
            }
            count -= batch.count
            do {
                let body = try OTLP.body(of: batch, from: resource)
                // What sends may be traced itself, and would then never run out of spans to send.
                try await ServiceContext.withValue(.untraced) { try await send(body) }
                exported.increment(by: batch.count)
            } catch {
                if Task.isCancelled {
                    waiting.withLock { $0 = batch + $0 }
                } else {
                    failed.increment(by: batch.count)
                }
                throw error
            }
        }
    }

    private static func spans(_ outcome: String) -> Counter {
        Counter(label: "daybook_traces_spans_total", dimensions: [("outcome", outcome)])
    }
}
