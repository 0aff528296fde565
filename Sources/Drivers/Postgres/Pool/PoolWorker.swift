internal import Threads

/// One thread of a pool and its connection.
final class PoolWorker {
    private let link: PostgresLink
    private let interrupt: PostgresInterrupt
    private let outage: Outage
    private let tally: PoolTally
    private let keepsPlans: Bool
    /// Callers of the connection as it is.
    private var callers = 0

    init(_ configuration: PostgresConfiguration, outage: Outage, tally: PoolTally) {
        interrupt = PostgresInterrupt()
        link = PostgresLink(configuration, interrupt: interrupt)
        keepsPlans = configuration.keepsPlans
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
        var isNew = false
        let connection = try link.connection(until: deadline) {
            outage.current = $0
        } onConnected: {
            isNew = true
        }
        outage.current = nil
        if keepsPlans { try keepPlans(on: connection, isNew: isNew) }
        return connection
    }

    private func keepPlans(on connection: PostgresConnection, isNew: Bool) throws(PostgresError) {
        if isNew {
            callers = 0
            try connection.planOnce()
        } else if callers & (callers - 1) == 0 {
            try connection.planAnew()
        }
        callers += 1
    }
}
