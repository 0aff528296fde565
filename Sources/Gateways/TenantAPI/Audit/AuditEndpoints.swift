internal import EventStore
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    /// What auditors read: the tenant's log itself. Here, and nowhere else, positions are plain numbers.
    var auditEndpoints: [Endpoint] {
        [
            Endpoint(
                streaming: AuditLine.self,
                "/api/audit/events",
                "Every event of the log that matches, oldest first; the last line says how far the log was read",
                for: .auditors,
                query: [.actor, .eventType, .stream, .room, .from, .to, .afterPosition, .throughPosition, .maxEvents],
                problems: [.ahead(of: 0)],
                limit: .audit,
                handle: auditEvents
            ),
            Endpoint(
                .get,
                "/api/audit/streams/{stream}",
                "The events of one stream, such as a room's or a message's",
                for: .auditors,
                query: [.order] + .paging,
                limit: .audit,
                handle: auditStream
            ),
            Endpoint(
                .get,
                "/api/audit/as-of",
                "A room, a message, a user or a membership as it was at a position or a time",
                for: .auditors,
                query: [.entity, .member, .position, .time],
                problems: [.notThere, .conflictingQuery("member goes with a room"), .ahead(of: 0), .notUnderstood],
                limit: .audit,
                handle: asOf
            ),
        ]
    }

    // MARK: Events

    private func auditEvents(_ call: Call) async throws -> LineStream<AuditLine> {
        let filter = AuditTrail.Filter(
            actor: try call.query.value(.actor) { Actor(text: $0) },
            type: call.query[.eventType],
            stream: try call.query.value(.stream) { EventCatalog.stream(named: $0) },
            room: try call.query.value(.room) { RoomID($0) }
        )
        let span = AuditQueries.Span(
            after: Position(try call.query.integer(.afterPosition, or: 0)),
            through: Position(try call.query.integer(.throughPosition, or: .max)),
            from: try call.query.value(.from) { Timestamp($0) },
            to: try call.query.value(.to) { Timestamp($0) }
        )
        let limit = try call.query.integer(.maxEvents, or: .max)
        return LineStream(try await audit.events(of: call.tenant, matching: filter, in: span, limit: limit))
    }

    // MARK: One stream

    private func auditStream(_ call: Call) async throws -> Reply<PageAnswer<AuditEventView>> {
        let name = try call.text("stream")
        guard let stream = EventCatalog.stream(named: name) else { throw Problem.streamUnknown }
        let order = try call.query.value(.order) { AuditOrder(rawValue: $0) } ?? .asc
        let list = ["audit", "\(stream)", order.rawValue]
        let page = try call.page(of: list, cursors)
        let start = page.cursor.flatMap { StreamVersion($0) }
        let isForward = (order == .asc) != page.backwards
        let side: AuditTrail.Side =
            isForward ? .after(version: start ?? 0) : .before(version: start ?? .max)
        // One more than asked for tells whether there is a next page on this side.
        var entries = try await audit.trail.events(in: stream, of: call.tenant, side, limit: page.limit + 1)
        // A stream has one name: a room's identifier behind the prefix of messages is nobody's.
        let isNamedSo = entries.allSatisfy { ($0.recorded?.event.streamName ?? name) == name }
        guard isNamedSo, !entries.isEmpty || start != nil else { throw Problem.streamUnknown }
        let isMore = entries.count > page.limit
        if isMore { if isForward { entries.removeLast() } else { entries.removeFirst() } }
        let first = entries.first?.raw.version
        let last = entries.last?.raw.version
        let earlier = isForward ? first.map { $0 > 1 } ?? false : isMore
        let later = isForward ? isMore : start != nil
        let (towardsStart, towardsEnd) = (earlier ? first : nil, later ? last : nil)
        let isAscending = order == .asc
        let slice = ReadModels.Slice(
            items: try (isAscending ? entries : entries.reversed()).map { try AuditEventView($0) },
            next: (isAscending ? towardsEnd : towardsStart).map(String.init),
            previous: (isAscending ? towardsStart : towardsEnd).map(String.init)
        )
        return Reply(call.answer(slice, of: list, cursors))
    }

    // MARK: As of

    private func asOf(_ call: Call) async throws -> Reply<AsOfView> {
        guard let entity = call.query[.entity] else { throw Problem.missingQuery(.entity) }
        let member = try call.query.value(.member) { UserID($0) }
        let time = try call.query.value(.time) { Timestamp($0) }
        let position = try call.query.integer(.position).map { Position($0) }
        return Reply(try await audit.asOf(entity, member, of: call.tenant, at: position, or: time))
    }
}

extension Set<Role> {
    static var auditors: Set<Role> { [.auditor] }
}

extension Problem {
    fileprivate static var streamUnknown: Problem { .notFound("stream.not_found", "there is no such stream") }
    static func missingQuery(_ parameter: Parameter) -> Problem {
        .badRequest("query.missing", "the query parameter \(parameter.name) is needed")
    }
}
