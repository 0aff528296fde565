internal import Threads

/// One thread of a pool and its connection.
final class PoolWorker {
    private let link: PostgresLink
    private let interrupt: PostgresInterrupt
    private let outage: Outage
    private let tally: PoolTally
    private let keepsPlans: Bool
    /// Since when the connection as it is keeps its plans; nil while it does not.
    private var plannedAt: ContinuousClock.Instant?
    /// Callers of the connection as it is.
    private var callers = 0

    private static let planLifetime: Duration = .seconds(60)

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
        let connection = try link.connection(until: deadline) {
            outage.current = $0
        } onConnected: {
            (plannedAt, callers) = (nil, 0)
        }
        outage.current = nil
        if keepsPlans {
            connection.deadline = deadline
            defer { connection.deadline = nil }
            try keepPlans(on: connection)
        }
        return connection
    }

    /// Whoever comes after one whose deadline was over meanwhile tries again.
    private func keepPlans(on connection: PostgresConnection) throws(PostgresError) {
        callers += 1
        if let plannedAt {
            guard callers & (callers - 1) == 0 || plannedAt + Self.planLifetime < .now else { return }
            try connection.planAnew()
        } else {
            try connection.planOnce()
        }
        plannedAt = .now
    }
}
