internal import Commands
internal import EventStore
internal import Events
internal import Foundation
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
                handle: auditEvents
            ),
            Endpoint(
                .get,
                "/api/audit/streams/{stream}",
                "The events of one stream, such as a room's or a message's",
                for: .auditors,
                query: [.order] + .paging,
                handle: auditStream
            ),
            Endpoint(
                .get,
                "/api/audit/as-of",
                "A room, a message, a user or a membership as it was at a position or a time",
                for: .auditors,
                query: [.entity, .member, .position, .time],
                problems: [.notThere, .conflictingQuery("member goes with a room"), .ahead(of: 0), .notUnderstood],
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
        let (after, through) = try await positions(call)
        let limit = try call.query.integer(.maxEvents, or: .max)
        let pages = trail.events(of: call.tenant, after: after, through: through, matching: filter)
        return LineStream(AuditLines(pages: pages, limit: limit, through: max(after, through)))
    }

    /// The run of positions that the query asks for, (after, through], within the log as it is now.
    private func positions(_ call: Call) async throws -> (after: Position, through: Position) {
        let head = try await head(of: call.tenant)
        var after = Position(try call.query.integer(.afterPosition, or: 0))
        // Else whoever goes on from there would not see what comes up to there.
        guard after <= head else { throw Problem.ahead(of: head) }
        var through = min(Position(try call.query.integer(.throughPosition, or: .max)), head)
        if let from = try call.query.value(.from, { Timestamp($0) }) {
            // What was recorded at that very time belongs to it.
            after = max(after, try await trail.position(at: from.microseconds - 1, in: call.tenant))
        }
        if let to = try call.query.value(.to, { Timestamp($0) }) {
            through = min(through, try await trail.position(at: to.microseconds, in: call.tenant))
        }
        return (after, through)
    }

    private func head(of tenant: Tenant) async throws -> Position {
        try await commands.log.currentHeads()[tenant.partition] ?? 0
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
        var entries = try await trail.events(in: stream, of: call.tenant, side, limit: page.limit + 1)
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
        do {
            return Reply(try await view(of: entity, member, at: try await position(call), call))
        } catch is DecodeError {
            throw Problem.notUnderstood
        }
    }

    private func view(
        of entity: String,
        _ member: UserID?,
        at position: Position,
        _ call: Call
    ) async throws -> AsOfView {
        var view = AsOfView(entity, at: position)
        if let room = RoomID(entity) {
            let found = try await history.room(room, of: call.tenant, at: position)
            if let member {
                view.member = found?.members[member].map { AsOfMember(member, $0) }
            } else {
                view.room = found.map(AsOfRoom.init)
            }
        } else if member != nil {
            throw Problem.conflictingQuery("member goes with a room")
        } else if let message = MessageID(entity) {
            // A range-delete names messages by their places, which the read models give them.
            guard try await reads.wait(for: call.tenant, past: position, timeout: .seconds(2)) else {
                throw Problem.unavailable("projection_behind", "the read models do not hold this position yet")
            }
            view.message = try await history.message(message, of: call.tenant, at: position)
                .map(AsOfMessage.init)
        } else if let user = UserID(entity) {
            view.user = try await history.user(user, of: call.tenant, at: position).map(AsOfUser.init)
        } else {
            throw Problem.badRequest("query.bad_value", "entity must be the identifier of a room, a message or a user")
        }
        guard view.room != nil || view.member != nil || view.message != nil || view.user != nil else {
            throw Problem.notThere
        }
        return view
    }

    /// The position that is asked for, or that of the time; the log's head without either.
    private func position(_ call: Call) async throws -> Position {
        let head = try await head(of: call.tenant)
        let time = try call.query.value(.time) { Timestamp($0) }
        guard call.query[.position] == nil || time == nil else {
            throw Problem.conflictingQuery("these exclude each other: position, time")
        }
        if let time { return try await trail.position(at: time.microseconds, in: call.tenant) }
        let position = Position(try call.query.integer(.position, or: Int(head)))
        guard position <= head else { throw Problem.ahead(of: head) }
        return position
    }
}

extension Set<Role> {
    static var auditors: Set<Role> { [.auditor] }
}

extension Problem {
    fileprivate static var streamUnknown: Problem { .notFound("stream.not_found", "there is no such stream") }
    fileprivate static var notThere: Problem { .notFound("audit.not_there", "it was not there at that position") }
    fileprivate static var notUnderstood: Problem {
        Problem(.conflict, "audit.not_understood", "an event of it up to then is not understood; see its stream")
    }

    fileprivate static func ahead(of head: Position) -> Problem {
        .badRequest("audit.position_ahead", "the log ends at position \(head)")
    }

    fileprivate static func conflictingQuery(_ detail: String) -> Problem { .badRequest("query.conflict", detail) }

    static func missingQuery(_ parameter: Parameter) -> Problem {
        .badRequest("query.missing", "the query parameter \(parameter.name) is needed")
    }
}
