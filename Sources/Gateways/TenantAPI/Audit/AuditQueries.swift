package import EventStore
package import Events
internal import GatewayHTTP
internal import HTTPTypes
package import Projections

/// What auditors ask of a tenant's log, by HTTP or at a terminal.
package struct AuditQueries: Sendable {
    /// Which part of the log; all that there is now, unless told.
    package struct Span: Sendable {
        package var after: Position
        package var through: Position
        /// Only what was recorded then or later.
        package var from: Timestamp?
        /// Only what was recorded then or earlier.
        package var to: Timestamp?

        package init(
            after: Position = 0,
            through: Position = .max,
            from: Timestamp? = nil,
            to: Timestamp? = nil
        ) {
            (self.after, self.through, self.from, self.to) = (after, through, from, to)
        }
    }

    let trail: AuditTrail
    private let log: EventLog
    private let history: History
    private let reads: ReadModels

    package init(log: EventLog, codec: EventCodec, reads: ReadModels) {
        (self.log, self.reads) = (log, reads)
        trail = AuditTrail(log: log, codec: codec)
        history = History(log: log, codec: codec, reads: reads)
    }

    /// Every event that matches, oldest first, and a last line that says how far the log was read.
    package func events(
        of tenant: Tenant,
        matching filter: AuditTrail.Filter,
        in span: Span,
        limit: Int
    ) async throws -> AuditLines {
        let head = try await head(of: tenant)
        var after = span.after
        // Else whoever goes on from there would not see what comes up to there.
        guard after <= head else { throw Problem.ahead(of: head) }
        var through = min(span.through, head)
        if let from = span.from {
            // What was recorded at that very time belongs to it.
            after = max(after, try await trail.position(at: from.microseconds - 1, in: tenant))
        }
        if let to = span.to { through = min(through, try await trail.position(at: to.microseconds, in: tenant)) }
        let pages = trail.events(of: tenant, after: after, through: through, matching: filter)
        return AuditLines(pages: pages, limit: limit, through: max(after, through))
    }

    /// A room, a message, a user or, with a room, a membership as it was at a position, or at a time, or is now. Throws a `Problem`
    /// if it was not there.
    package func asOf(
        _ entity: String,
        _ member: UserID?,
        of tenant: Tenant,
        at position: Position?,
        or time: Timestamp?
    ) async throws -> AsOfView {
        do {
            return try await view(of: entity, member, of: tenant, at: try await self.position(position, time, tenant))
        } catch is DecodeError {
            throw Problem.notUnderstood
        }
    }

    private func head(of tenant: Tenant) async throws -> Position {
        try await log.currentHeads()[tenant.partition] ?? 0
    }

    private func view(
        of entity: String,
        _ member: UserID?,
        of tenant: Tenant,
        at position: Position
    ) async throws -> AsOfView {
        var view = AsOfView(entity, at: position)
        if let room = RoomID(entity) {
            let found = try await history.room(room, of: tenant, at: position)
            if let member {
                view.member = found?.members[member].map { AsOfMember(member, $0) }
            } else {
                view.room = found.map(AsOfRoom.init)
            }
        } else if member != nil {
            throw Problem.conflictingQuery("member goes with a room")
        } else if let message = MessageID(entity) {
            // A range-delete names messages by their places, which the read models give them.
            guard try await reads.wait(for: tenant, past: position, timeout: .seconds(2)) else {
                throw Problem.unavailable("projection_behind", "the read models do not hold this position yet")
            }
            view.message = try await history.message(message, of: tenant, at: position).map(AsOfMessage.init)
        } else if let user = UserID(entity) {
            view.user = try await history.user(user, of: tenant, at: position).map(AsOfUser.init)
        } else {
            throw Problem.badRequest("query.bad_value", "entity must be the identifier of a room, a message or a user")
        }
        guard view.room != nil || view.member != nil || view.message != nil || view.user != nil else {
            throw Problem.notThere
        }
        return view
    }

    private func position(_ position: Position?, _ time: Timestamp?, _ tenant: Tenant) async throws -> Position {
        let head = try await head(of: tenant)
        guard position == nil || time == nil else {
            throw Problem.conflictingQuery("these exclude each other: position, time")
        }
        if let time { return try await trail.position(at: time.microseconds, in: tenant) }
        guard let position else { return head }
        guard position <= head else { throw Problem.ahead(of: head) }
        return position
    }
}

extension Problem {
    static var notThere: Problem { .notFound("audit.not_there", "it was not there at that position") }
    static var notUnderstood: Problem {
        Problem(.conflict, "audit.not_understood", "an event of it up to then is not understood; see its stream")
    }

    static func ahead(of head: Position) -> Problem {
        .badRequest("audit.position_ahead", "the log ends at position \(head)")
    }

    static func conflictingQuery(_ detail: String) -> Problem { .badRequest("query.conflict", detail) }
}
