package import Commands
internal import EventStore
package import Events
internal import Foundation
package import Logging
package import Postgres
package import Projections

/// Watches what tenants use: tells them when they come to a limit, and closes their months.
///
/// It keeps nothing. What there may be to do is looked up in the read models and the log's counters; each deed is a command that does
/// nothing the second time. So any number of processes may do this, and each may die anywhere.
package struct Metering: Sendable {
    /// How long after its end a month is closed. Until then a commit may still say that it lies in it, by another clock.
    private static let grace: Duration = .seconds(600)

    private let commands: CommandHandler
    private let reads: ReadModels
    /// Connects as `daybook_projector`, since it looks at all tenants.
    private let pool: PostgresPool
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    package init(
        commands: CommandHandler,
        reads: ReadModels,
        pool: PostgresPool,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.commands = commands
        self.reads = reads
        self.pool = pool
        self.logger = logger
        self.now = now
    }

    /// Looks again and again, until cancelled.
    package func run(every interval: Duration = .seconds(2)) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                try await step()
                failures = 0
            } catch {
                guard !Task.isCancelled else { return }
                // Once an outage, not once a try.
                if failures == 0 { logger.warning("metering waits", metadata: ["error": "\(error)"]) }
                failures += 1
            }
            // A cancelled sleep ends the loop.
            try? await Task.sleep(for: interval * (1 << min(failures, 5)))
        }
    }

    /// One look: all that is to be told and closed now. What fails is left for the next, and holds nothing else up.
    package func step() async throws {
        var failure: (any Error)?
        do { try await noteUsage() } catch { failure = error }
        try await closePeriods()
        if let failure { throw failure }
    }

    // MARK: Limits

    /// A meter of a tenant that has a limit, and what was told of it.
    private struct Watched {
        let tenant: Tenant
        let meter: Meter
        let limit: MeterLimit
        let alert: (soft: Int64?, month: String?)
        let reached: (hard: Int64?, month: String?)

        /// Whether there is something to tell. It may have been told by now; then the command says so.
        func isNews(_ used: Int64, in month: Month) -> Bool {
            if let soft = limit.soft, used >= soft, alert.soft != soft || alert.month != "\(month)" { return true }
            guard let hard = limit.hard, used >= hard else { return reached.hard != nil }
            return reached.hard != hard || reached.month != (meter.isPeriodic ? "\(month)" : nil)
        }
    }

    private func noteUsage() async throws {
        let time = now()
        let month = Month(of: time)
        let watched = try await watched()
        let ids = watched.map { UsageCounter.id(of: $0.meter, in: month, of: $0.tenant) }
        let values = try await pool.query(
            """
            SELECT c.tenant, c.counter, c.value
              FROM unnest(\(watched.map(\.tenant.partition.number)), \(watched.map(\.tenant.id)), \(ids))
                     AS k (partition, tenant, counter)
              CROSS JOIN LATERAL (
                SELECT * FROM es.counters c
                 WHERE c.partition = k.partition AND c.tenant = k.tenant AND c.counter = k.counter OFFSET 0) c
            """,
            as: (UUID, UUID, Int64).self
        )
        // Counters of two tenants have different identifiers.
        let used = Dictionary(values.map { ($0.1, $0.2) }) { $1 }
        for (watched, id) in zip(watched, ids) where watched.isNews(used[id] ?? 0, in: month) {
            let note = NoteUsage(meter: watched.meter, used: used[id] ?? 0, month: month)
            try await run(note, in: watched.tenant, at: time)
        }
    }

    private func watched() async throws -> [Watched] {
        try await pool.query(
            """
            SELECT l.tenant, t.partition, l.meter, l.granted_hard, l.granted_soft, l.own_hard, l.own_soft,
                   l.alerted_soft, l.alerted_month, l.reached_hard, l.reached_month
              FROM rm.limits l JOIN es.tenants t ON t.tenant = l.tenant
             WHERE coalesce(l.granted_hard, l.granted_soft, l.own_hard, l.own_soft, l.reached_hard) IS NOT NULL
            """,
            as: (
                UUID, Int32, String, Int64?, Int64?, Int64?, Int64?, Int64?, String?, Int64?, String?
            ).self
        ).compactMap { row in
            guard let meter = Meter(rawValue: row.2) else { return nil }
            return Watched(
                tenant: Tenant(id: row.0, partition: Partition(row.1)),
                meter: meter,
                limit: MeterLimit(hard: row.3, soft: row.4).lowest(MeterLimit(hard: row.5, soft: row.6)),
                alert: (row.7, row.8),
                reached: (row.9, row.10)
            )
        }
    }

    // MARK: Months

    private func closePeriods() async throws {
        let time = now()
        let current = Month(of: Timestamp(microseconds: time.microseconds - Self.grace.microseconds))
        let due = try await pool.query(
            """
            SELECT b.tenant, t.partition, b.next_month FROM rm.billing b JOIN es.tenants t ON t.tenant = b.tenant
             WHERE b.next_month < \(current.description) ORDER BY b.next_month, b.tenant LIMIT 1000
            """,
            as: (UUID, Int32, String).self
        )
        if due.isEmpty { return }
        // Whatever comes after these has a later time than the months that are over.
        let heads = try await commands.log.currentHeads()
        var failure: (any Error)?
        for (id, partition, next) in due {
            guard var month = Month(next) else { continue }
            let tenant = Tenant(id: id, partition: Partition(partition))
            do {
                let head = heads[tenant.partition] ?? 0
                // A projector that is behind is waited for the next time.
                guard try await reads.wait(for: tenant, past: head, timeout: .seconds(5)) else { continue }
                while month < current {
                    let quantities = try await reads.quantities(of: month, in: tenant)
                    try await run(ClosePeriod(month: month, quantities: quantities), in: tenant, at: time)
                    month = month.next
                }
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func run<C: Command>(_ command: C, in tenant: Tenant, at time: Timestamp) async throws {
        let caller = Caller(tenant: tenant, actor: .system, user: nil, now: time)
        do { _ = try await commands.handle(command, in: CommandContext(caller: caller)) } catch .refused(let refusal)
            where refusal.code == "billing.period_out_of_order"
        {
            // Another process closes its months, and is further on than what this one has read.
        }
    }
}

extension Duration {
    fileprivate var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
