package import EventStore
package import Events
internal import Foundation
internal import Postgres

extension ReadModels {
    /// All meters, in the order of `Meter`. What is used comes from the counters of the log themselves.
    package func limits(in tenant: Tenant, at now: Timestamp) async throws -> [LimitView] {
        let month = Month(of: now)
        let counters = Meter.allCases.map { UsageCounter.id(of: $0, in: month, of: tenant) }
        let queries: [SQL] = [
            """
            SELECT meter, granted_hard, granted_soft, source, own_hard, own_soft FROM rm.limits
             WHERE tenant = \(tenant.id)
            """,
            """
            SELECT counter, value FROM es.counters
             WHERE tenant = \(tenant.id) AND partition = \(tenant.partition.number) AND counter = ANY (\(counters))
            """,
        ]
        return try await read(queries, in: tenant) { (results) throws(PostgresError) in
            let rows = try results[0].decode((Meter, Int64?, Int64?, LimitSource, Int64?, Int64?).self)
            let used = Dictionary(uniqueKeysWithValues: try results[1].decode((UUID, Int64).self).map { ($0, $1) })
            return zip(Meter.allCases, counters).map { meter, counter in
                let row = rows.first { $0.0 == meter }
                return LimitView(
                    meter: meter,
                    used: used[counter] ?? 0,
                    periodEndsAt: meter.isPeriodic ? month.end : nil,
                    granted: MeterLimit(hard: row?.1, soft: row?.2),
                    source: row?.3 ?? .default,
                    own: MeterLimit(hard: row?.4, soft: row?.5)
                )
            }
        }
    }

    /// The months of a tenant, the newest first: the current one, those that are over and not closed, and those that are closed.
    package func billingPeriods(in tenant: Tenant, at now: Timestamp) async throws -> [BillingPeriodView] {
        let queries: [SQL] = [
            """
            SELECT month, closed_at, meter, quantity FROM rm.billing_periods
             WHERE tenant = \(tenant.id) ORDER BY month DESC
            """,
            "SELECT next_month FROM rm.billing WHERE tenant = \(tenant.id)",
            """
            SELECT u.meter, to_char(u.day, 'YYYY-MM'), sum(u.quantity)::bigint
              FROM (SELECT tenant, day, 'messages' AS meter, quantity FROM rm.message_usage
                    UNION ALL SELECT tenant, day, meter, quantity FROM rm.reported_usage) u
              JOIN rm.billing b ON b.tenant = u.tenant
             WHERE u.tenant = \(tenant.id) AND u.day >= (b.next_month || '-01')::date GROUP BY 1, 2
            """,
            """
            SELECT meter, to_char(day, 'YYYY-MM'), sum(change)::bigint FROM rm.unit_changes
             WHERE tenant = \(tenant.id) GROUP BY 1, 2
            """,
        ]
        let current = Month(of: now)
        return try await read(queries, in: tenant) { (results) throws(PostgresError) in
            var periods: [BillingPeriodView] = []
            for (text, at, meter, quantity) in try results[0].decode((String, PostgresTimestamp, Meter, Int64).self) {
                guard let month = Month(text) else { continue }
                if periods.last?.period != text { periods.append(BillingPeriodView(month, closedAt: Timestamp(at))) }
                periods[periods.count - 1].set(quantity, of: meter)
            }
            let used = try results[2].decode((Meter, String, Int64).self)
            let changes = try results[3].decode((Meter, String, Int64).self)
            var month = try results[1].decode(String.self).first.flatMap { Month($0) } ?? current
            while month <= current {
                var period = BillingPeriodView(month, closedAt: nil)
                for (meter, text, quantity) in used where text == period.period { period.set(quantity, of: meter) }
                for meter in Meter.allCases where !meter.isPeriodic {
                    let units = changes.filter { $0.0 == meter && $0.1 <= period.period }
                    period.set(units.reduce(0) { $0 + $1.2 }, of: meter)
                }
                periods.insert(period, at: 0)
                month = month.next
            }
            return periods
        }
    }
}

extension ReadModels {
    /// What a month is billed for, one for each meter. It no longer changes once everything that was recorded in the month is
    /// projected.
    package func quantities(of month: Month, in tenant: Tenant) async throws -> [UsageEvent.Quantity] {
        let (first, last) = (Day(of: month.start), Day(of: month.end) - 1)
        let usage = try await usage(UsageQuestion(meters: Set(Meter.allCases), days: first...last), in: tenant)
        return Meter.allCases.map { meter in
            UsageEvent.Quantity(meter, usage.first { $0.meter == meter }?.quantity ?? 0)
        }
    }
}
