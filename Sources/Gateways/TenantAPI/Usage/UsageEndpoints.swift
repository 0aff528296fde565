internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

/// By what usage is told apart.
private enum UsageGroup: String, CaseIterable {
    case day, user, room
}

extension TenantAPI {
    /// What the tenant uses, and what it may.
    var usageEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/usage",
                "What was used, by meter and day, user or room; for all but administrators, their own messages",
                query: [.meter, .firstDay, .lastDay, .group, .ofUser, .ofRoom] + .paging,
                problems: [.badDays, .badGroup, .othersUsage],
                handle: usage
            ),
            Endpoint(.get, "/api/limits", "How much of each meter the tenant may use, and uses", for: .administrators) {
                call in
                let limits = try await reads.limits(in: call.tenant, at: .now)
                return Reply(PageAnswer(items: limits, nextCursor: nil, prevCursor: nil))
            },
            Endpoint(
                .put,
                "/api/limits/{meter}",
                "Sets the organization's own limit, within what the operators grant; for owners",
                for: .administrators,
                body: OwnLimit.self
            ) { call, body in
                guard let meter = Meter(rawValue: try call.text("meter")) else { throw Problem.noMeter }
                let limit = MeterLimit(hard: body.hard, soft: body.soft)
                return Reply(position: try await run(SetOwnLimit(meter: meter, limit: limit), for: call).position)
            },
            Endpoint(
                .get,
                "/api/billing/periods",
                "The tenant's months and what was used in each, the newest first",
                for: .administrators
            ) { call in
                let periods = try await reads.billingPeriods(in: call.tenant, at: .now)
                return Reply(PageAnswer(items: periods, nextCursor: nil, prevCursor: nil))
            },
        ]
    }

    private struct OwnLimit: Decodable, Sendable, NotedFields {
        var hard: Int64?
        var soft: Int64?

        static let notes: [String: JSONShape.Note] = [
            "hard": .about("Beyond it commands are refused; without it only what the operators grant bounds."),
            "soft": .about("From it on owners and administrators are told."),
        ]
    }

    private func usage(_ call: Call) async throws -> Reply<PageAnswer<UsageView>> {
        let today = Day(of: .now)
        let last = try call.query.value(.lastDay) { Day($0) } ?? today
        let first = try call.query.value(.firstDay) { Day($0) } ?? Day(of: Month(of: last.start).start)
        guard first <= last, last - first <= 366 else { throw Problem.badDays }
        let group = try call.query.value(.group) { UsageGroup(rawValue: $0) }
        var meters = Set(Meter.allCases)
        if let meter = try call.query.value(.meter, { Meter(rawValue: $0) }) { meters = [meter] }
        var question = UsageQuestion(
            meters: meters,
            days: first...last,
            user: try call.query.value(.ofUser) { UserID($0) },
            room: try call.query.value(.ofRoom) { RoomID($0) }
        )
        if try await !isAdministrator(call) {
            guard question.user ?? call.user == call.user, question.room == nil, meters.contains(.messages),
                meters.count > 1 || meters == [.messages]
            else { throw Problem.othersUsage }
            question.user = call.user
            question.meters = [.messages]
        }
        switch group {
        case nil: return Reply(whole(try await reads.usage(question, in: call.tenant)))
        case .day: return Reply(whole(try await reads.usageByDay(question, in: call.tenant)))
        case .user, .room:
            guard question.meters.contains(.messages) else { throw Problem.badGroup }
            let list = [
                "usage", group?.rawValue ?? "", "\(first)", "\(last)", question.user.map { "\($0)" } ?? "",
                question.room.map { "\($0)" } ?? "",
            ]
            let page = try call.page(of: list, cursors)
            let slice =
                group == .user
                ? try await reads.usageByUser(question, page, in: call.tenant)
                : try await reads.usageByRoom(question, page, in: call.tenant)
            return Reply(call.answer(slice, of: list, cursors))
        }
    }

    private func whole(_ items: [UsageView]) -> PageAnswer<UsageView> {
        PageAnswer(items: items, nextCursor: nil, prevCursor: nil)
    }

    private func isAdministrator(_ call: Call) async throws -> Bool {
        let caller = Caller(tenant: call.tenant, actor: .user(call.user), user: call.user)
        do {
            _ = try await commands.handle(AskInviter(of: .member), in: CommandContext(caller: caller))
            return true
        } catch .refused(let refusal) where refusal.code == "role.administrator_required" {
            return false
        }
    }
}

extension UsageView: EndpointAnswer {}
extension LimitView: EndpointAnswer {}
extension BillingPeriodView: EndpointAnswer {}

extension Problem {
    fileprivate static var badDays: Problem {
        .badRequest("usage.bad_days", "from_day is not after to_day, and at most 366 days lie between")
    }
    fileprivate static var badGroup: Problem {
        .badRequest("usage.bad_group", "only messages are told apart by user or room")
    }
    fileprivate static var othersUsage: Problem {
        Problem(.forbidden, "role.administrator_required", "only owners and administrators see what others use")
    }
    fileprivate static var noMeter: Problem { .notFound("meter.not_found", "there is no such meter") }
}

extension Parameter {
    private static let day: JSONShape = .noted(
        .form("a day such as 2026-11-22"),
        .pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    )

    fileprivate static let meter = query(
        "meter",
        .choice(Meter.allCases.map(\.rawValue)),
        "Only this meter; all without it."
    )
    fileprivate static let firstDay = query(
        "from_day",
        day,
        "The first day, in UTC; without it that of the month of the last."
    )
    fileprivate static let lastDay = query("to_day", day, "The last day, in UTC; today without it.")
    fileprivate static let group = query(
        "group",
        .choice(UsageGroup.allCases.map(\.rawValue)),
        "A line for each day, or messages by user or room; without it a line for each meter."
    )
    fileprivate static let ofUser = query("by_user", .identifier(UserEvent.self), "Only messages of this user.")
    fileprivate static let ofRoom = query("in_room", .identifier(RoomEvent.self), "Only messages in this room.")
}
