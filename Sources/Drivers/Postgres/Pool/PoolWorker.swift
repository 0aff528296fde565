internal import Threads

/// One thread of a pool and its connection.
final class PoolWorker {
    private let link: PostgresLink
    private let interrupt: PostgresInterrupt
    private let outage: Outage
    private let tally: PoolTally

    init(_ configuration: PostgresConfiguration, outage: Outage, tally: PoolTally) {
        interrupt = PostgresInterrupt()
        link = PostgresLink(configuration, interrupt: interrupt)
        self.outage = outage
        self.tally = tally
    }

    /// Serves one caller after the other until the queue is closed and empty.
    func serve(_ queue: BlockingQueue<any PoolRequest>) {
        while let request = queue.take() {
            guard request.begin(interrupt) else { continue }
            tally.began()
            request.run(
                connect: { () throws(PostgresError) in try connect(until: request.deadline) },
                settle: {
                    link.settle()
                    tally.ended()
                }
            )
        }
    }

    private func connect(until deadline: ContinuousClock.Instant) throws(PostgresError) -> PostgresConnection {
        let connection = try link.connection(until: deadline) { outage.current = $0 }
        outage.current = nil
        return connection
    }
}
