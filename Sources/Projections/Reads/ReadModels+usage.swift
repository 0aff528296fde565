package import EventStore
package import Events
internal import Foundation
internal import Postgres

/// Which usage is asked for: days from the first to the last, both included.
package struct UsageQuestion: Sendable {
    package var meters: Set<Meter>
    package var days: ClosedRange<Day>
    /// Only messages of this user, and of this room.
    package var user: UserID?
    package var room: RoomID?

    package init(meters: Set<Meter>, days: ClosedRange<Day>, user: UserID? = nil, room: RoomID? = nil) {
        self.meters = meters
        self.days = days
        self.user = user
        self.room = room
    }

    /// Users and rooms are nobody's and nowhere's.
    fileprivate var units: [String] {
        user == nil && room == nil ? meters.filter { !$0.isPeriodic }.map(\.rawValue) : []
    }

    /// Reported meters are nowhere's.
    fileprivate func reports(in tenant: Tenant) -> SQL {
        let reported = room == nil ? meters.filter(\.isReported).map(\.rawValue) : []
        var condition: SQL = """
            r.tenant = \(tenant.id) AND r.meter = ANY (\(reported))
            AND r.day BETWEEN \(days.lowerBound.description)::date AND \(days.upperBound.description)::date
            """
        if let user { condition += " AND r.member = \(user.uuid)" }
        return condition
    }

    fileprivate func messages(in tenant: Tenant) -> SQL {
        var condition: SQL = """
            u.tenant = \(tenant.id) AND \(meters.contains(.messages))
            AND u.day BETWEEN \(days.lowerBound.description)::date AND \(days.upperBound.description)::date
            """
        if let user { condition += " AND u.member = \(user.uuid)" }
        if let room { condition += " AND u.room = \(room.uuid)" }
        return condition
    }
}

extension ReadModels {
    /// One line a meter; none for a reported one of which nothing was used.
    package func usage(_ question: UsageQuestion, in tenant: Tenant) async throws -> [UsageView] {
        let queries: [SQL] = [
            "SELECT coalesce(sum(u.quantity), 0)::bigint FROM rm.message_usage u WHERE \(question.messages(in: tenant))",
            """
            SELECT m.meter, coalesce((
                     SELECT sum(c.change) FROM rm.unit_changes c
                      WHERE c.tenant = \(tenant.id) AND c.meter = m.meter
                        AND c.day <= \(question.days.upperBound.description)::date), 0)::bigint
              FROM unnest(\(question.units)) AS m (meter) ORDER BY 1
            """,
            """
            SELECT r.meter, sum(r.quantity)::bigint FROM rm.reported_usage r
             WHERE \(question.reports(in: tenant)) GROUP BY r.meter ORDER BY 1
            """,
        ]
        return try await read(queries, in: tenant) { (results) throws(PostgresError) in
            let posted = try results[0].decode(Int64.self).map { UsageView(meter: .messages, quantity: $0) }
            let units = try results[1].decode((Meter, Int64).self).map { UsageView(meter: $0, quantity: $1) }
            let reported = try results[2].decode((Meter, Int64).self).map { UsageView(meter: $0, quantity: $1) }
            return (question.meters.contains(.messages) ? posted : []) + units + reported
        }
    }

    /// One line a meter and day, in the order of days; days on which nothing was posted or reported have no line for that.
    package func usageByDay(_ question: UsageQuestion, in tenant: Tenant) async throws -> [UsageView] {
        let queries: [SQL] = [
            """
            SELECT u.day::text, sum(u.quantity)::bigint FROM rm.message_usage u
             WHERE \(question.messages(in: tenant)) GROUP BY u.day ORDER BY u.day
            """,
            """
            SELECT d.day::date::text, m.meter, coalesce((
                     SELECT sum(c.change) FROM rm.unit_changes c
                      WHERE c.tenant = \(tenant.id) AND c.meter = m.meter AND c.day <= d.day), 0)::bigint
              FROM generate_series(\(question.days.lowerBound.description)::date,
                                   \(question.days.upperBound.description)::date, interval '1 day') AS d (day),
                   unnest(\(question.units)) AS m (meter)
             ORDER BY 1, 2
            """,
            """
            SELECT r.day::text, r.meter, sum(r.quantity)::bigint FROM rm.reported_usage r
             WHERE \(question.reports(in: tenant)) GROUP BY r.day, r.meter
            """,
        ]
        return try await read(queries, in: tenant) { (results) throws(PostgresError) in
            let posted = try results[0].decode((String, Int64).self)
                .map { UsageView(meter: .messages, quantity: $1, day: $0) }
            let units = try results[1].decode((String, Meter, Int64).self)
                .map { UsageView(meter: $1, quantity: $2, day: $0) }
            let reported = try results[2].decode((String, Meter, Int64).self)
                .map { UsageView(meter: $1, quantity: $2, day: $0) }
            return (posted + units + reported).sorted {
                ($0.day ?? "", $0.meter.rawValue) < ($1.day ?? "", $1.meter.rawValue)
            }
        }
    }

    /// Messages by author, ordered by identifier.
    package func usageByUser(
        _ question: UsageQuestion,
        _ page: Page,
        in tenant: Tenant
    ) async throws -> Slice<UsageView> {
        try await usage(question, by: "u.member", page, in: tenant) { id, quantity in
            UsageView(meter: .messages, quantity: quantity, userID: UserID(id).description)
        }
    }

    /// Messages by room, ordered by identifier.
    package func usageByRoom(
        _ question: UsageQuestion,
        _ page: Page,
        in tenant: Tenant
    ) async throws -> Slice<UsageView> {
        try await usage(question, by: "u.room", page, in: tenant) { id, quantity in
            UsageView(meter: .messages, quantity: quantity, roomID: RoomID(id).description)
        }
    }

    private func usage(
        _ question: UsageQuestion,
        by column: SQL,
        _ page: Page,
        in tenant: Tenant,
        _ view: @escaping @Sendable (UUID, Int64) -> UsageView
    ) async throws -> Slice<UsageView> {
        let paging = try Paging(page)
        let query: SQL = """
            SELECT \(column), sum(u.quantity)::bigint FROM rm.message_usage u
             WHERE \(question.messages(in: tenant)) AND \(paging.range(column))
             GROUP BY \(column) ORDER BY \(column) \(paging.order) LIMIT \(paging.limit)
            """
        return try await read([query], in: tenant) { (results) throws(PostgresError) in
            paging.slice(try results[0].decode((UUID, Int64).self).map { ($0, view($0, $1)) })
        }
    }
}
