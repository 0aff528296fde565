internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// What a tenant uses, what it may use, and the months that are over.
enum UsageProjection {
    static func writes(_ event: LimitEvent, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .set(let meter, let limit, .tenant):
            [
                Write(
                    """
                    INSERT INTO rm.limits (tenant, meter, source, own_hard, own_soft)
                    VALUES (\(raw.tenant), \(meter), \(LimitSource.default), \(limit.hard), \(limit.soft))
                    ON CONFLICT (tenant, meter) DO UPDATE SET own_hard = excluded.own_hard, own_soft = excluded.own_soft
                    """
                )
            ]
        case .set(let meter, let limit, let source):
            [
                Write(
                    """
                    INSERT INTO rm.limits (tenant, meter, source, granted_hard, granted_soft)
                    VALUES (\(raw.tenant), \(meter), \(source), \(limit.hard), \(limit.soft))
                    ON CONFLICT (tenant, meter) DO UPDATE
                      SET source = excluded.source, granted_hard = excluded.granted_hard, granted_soft = excluded.granted_soft
                    """
                )
            ]
        }
    }

    static func writes(_ event: UsageEvent, at recorded: Recorded) -> [Write] {
        let tenant = recorded.raw.tenant
        func note(_ meter: Meter, _ assignments: SQL) -> Write {
            Write(
                "UPDATE rm.limits SET \(assignments) WHERE tenant = \(tenant) AND meter = \(meter)",
                touching: 1,
                otherwise: "the meter has no limit"
            )
        }
        switch event {
        case .budgetAlerted(let meter, let soft, _, let month):
            return [note(meter, "alerted_soft = \(soft), alerted_month = \(month.description)")]
        case .limitReached(let meter, let hard, _, let month):
            return [note(meter, "reached_hard = \(hard), reached_month = \(month?.description)")]
        case .limitCleared(let meter, _): return [note(meter, "reached_hard = NULL, reached_month = NULL")]
        case .billingPeriodClosed(let month, let quantities):
            return [
                Write(
                    """
                    INSERT INTO rm.billing_periods (tenant, month, meter, quantity, closed_at)
                    SELECT \(tenant), \(month.description), q.meter, q.quantity, \(recorded.recordedAt.postgres)
                      FROM unnest(\(quantities.map(\.meter.rawValue)), \(quantities.map(\.quantity))) AS q (meter, quantity)
                    """
                ),
                Write(
                    """
                    INSERT INTO rm.billing (tenant, next_month) VALUES (\(tenant), \(month.next.description))
                    ON CONFLICT (tenant) DO UPDATE SET next_month = excluded.next_month
                    """
                ),
            ]
        }
    }

    static func writes(_ event: UsageReportEvent, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .metered(_, let meter, let quantity, _, _, let user):
            [
                Write(
                    """
                    INSERT INTO rm.reported_usage AS u (tenant, day, meter, member, quantity)
                    VALUES (\(raw.tenant), (\(time(of: raw)) AT TIME ZONE 'UTC')::date, \(meter),
                            \(user?.uuid ?? UsageReportEvent.nobody), \(quantity))
                    ON CONFLICT (tenant, day, meter, member) DO UPDATE SET quantity = u.quantity + excluded.quantity
                    """
                ), begin(at: raw),
            ]
        }
    }

    /// With the first of all that is counted the tenant's first month begins.
    private static func begin(at raw: RecordedEvent) -> Write {
        Write(
            """
            INSERT INTO rm.billing (tenant, next_month)
            VALUES (\(raw.tenant), \(Month(of: Timestamp(microseconds: raw.recordedAt)).description))
            ON CONFLICT (tenant) DO NOTHING
            """
        )
    }

    /// There is one more of what a meter counts, or one less.
    static func change(_ meter: Meter, by change: Int64, at raw: RecordedEvent) -> [Write] {
        [
            Write(
                """
                INSERT INTO rm.unit_changes AS c (tenant, meter, day, change)
                VALUES (\(raw.tenant), \(meter), (\(time(of: raw)) AT TIME ZONE 'UTC')::date, \(change))
                ON CONFLICT (tenant, meter, day) DO UPDATE SET change = c.change + excluded.change
                """
            ),
            begin(at: raw),
        ]
    }

    /// Adds new messages to their days.
    static func count(_ posts: [PostedMessage]) -> Write {
        Write(
            """
            INSERT INTO rm.message_usage AS u (tenant, day, member, room, quantity)
            SELECT tenant, (at AT TIME ZONE 'UTC')::date, member, room, count(*)
              FROM unnest(\(posts.map(\.at.tenant)), \(posts.map { time(of: $0.at) }), \(posts.map(\.author.uuid)),
                          \(posts.map(\.room.uuid))) AS p (tenant, at, member, room)
             GROUP BY 1, 2, 3, 4
            ON CONFLICT (tenant, day, member, room) DO UPDATE SET quantity = u.quantity + excluded.quantity
            """
        )
    }

    private static func time(of raw: RecordedEvent) -> PostgresTimestamp {
        PostgresTimestamp(microsecondsSince1970: raw.recordedAt)
    }
}

extension UsageReportEvent {
    /// Stands in the read model where no user was named.
    fileprivate static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}
