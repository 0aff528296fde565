import EventStore
import Events
import Foundation
import Logging
import Postgres
import TestSupport

@testable import Projections

/// A tenant whose events a test writes as they would lie in the log, and the read models that come of them.
struct Story: Sendable {
    let database: TestDatabase
    private(set) var tenant: Tenant
    let log: EventLog
    let codec: EventCodec
    let projector: PostgresPool
    /// Sees and may do everything.
    let superuser: PostgresPool
    let reads: ReadModels

    static func run(_ body: (Story) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            let log = database.log()
            try await body(
                Story(
                    database: database,
                    tenant: try await log.place(.v7(), in: Partition(0)),
                    log: log,
                    codec: EventCodec(keyring: keyring),
                    projector: database.pool(as: .projector),
                    superuser: database.pool(),
                    reads: ReadModels(pool: database.pool(as: .gateway), progress: PositionWatch())
                )
            )
        }
    }

    /// The same database, told of another tenant.
    func of(_ tenant: Tenant) -> Story {
        var story = self
        story.tenant = tenant
        return story
    }

    // MARK: The log

    /// Appends an event and gives its position.
    @discardableResult
    func append<E: Event>(
        _ event: E,
        to stream: StreamID<E>,
        by actor: Actor = .system,
        of tenant: Tenant? = nil
    ) async throws -> Position {
        let tenant = tenant ?? self.tenant
        let payload = try await codec.encode(event, in: tenant.id)
        return try await append(payload, as: event.type, to: stream.uuid, by: actor, of: tenant)
    }

    /// Limits of both sides, what came of them, a month that is over, and a policy.
    func limit() async throws {
        let limits = LimitsID(of: tenant)
        try await append(.set(meter: .messages, limit: MeterLimit(hard: 9, soft: 5), source: .plan), to: limits)
        try await append(.set(meter: .messages, limit: MeterLimit(hard: 7), source: .tenant), to: limits)
        try await append(.set(meter: .rooms, limit: MeterLimit(soft: 1), source: .tenant), to: limits)
        let (usage, month) = (UsageID(of: tenant), Month(of: .now))
        try await append(.budgetAlerted(meter: .messages, soft: 5, used: 6, period: month), to: usage)
        try await append(.limitReached(meter: .messages, hard: 7, used: 7, period: month), to: usage)
        try await append(.limitCleared(meter: .messages, used: 0), to: usage)
        try await append(.billingPeriodClosed(period: month, quantities: [.init(.messages, 7)]), to: usage)
        for user in [nil, UserID()] {
            let report = UsageReportID(.v7(), by: "vm-plane", of: tenant)
            try await append(
                .metered(service: "vm-plane", meter: .toolCalls, quantity: 3, from: .now, to: .now, user: user),
                to: report
            )
        }
        let cache = FSCachePolicy(bytes: 7, lifetimeSeconds: 60)
        try await append(.fsCacheSet(policy: cache), to: PoliciesID(of: tenant))
    }

    /// Appends bytes under any type: what a newer or a broken process might have written.
    @discardableResult
    func append(
        _ payload: [UInt8],
        as type: EventType,
        to stream: UUID,
        by actor: Actor = .system,
        of tenant: Tenant? = nil
    ) async throws -> Position {
        let tenant = tenant ?? self.tenant
        let event = NewEvent(
            stream: stream,
            type: type,
            payload: payload,
            metadata: Array(try JSONEncoder().encode(Metadata(actor: actor)))
        )
        let command = AppendCommand(
            tenant: tenant.id,
            key: UUID.v7().bytes + UUID.v7().bytes,
            request: Array(repeating: 0, count: 32),
            streams: [StreamTouch(stream, .any)],
            events: [event]
        )
        guard case .accepted(let accepted) = try await log.append(command, to: tenant.partition) else {
            throw Unexpected("the log did not accept the event")
        }
        return accepted.last
    }

    // MARK: Shorthands for what happens

    @discardableResult
    func join(_ role: Role = .member, id: UserID = UserID(), name: String = "Ada") async throws -> UserID {
        let event = UserEvent.joined(
            handle: Personal(name.lowercased(), of: id),
            name: Personal(name, of: id),
            kind: .person,
            role: role,
            source: nil
        )
        try await append(event, to: id)
        return id
    }

    @discardableResult
    func open(
        _ kind: RoomEvent.Kind = .channel,
        id: RoomID = RoomID(),
        members: [UserID] = [],
        name: String = "general"
    ) async throws -> RoomID {
        try await append(.created(kind: kind, name: name, topic: nil, source: nil), to: id)
        for member in members { try await append(.memberAdded(user: member, role: .member), to: id) }
        return id
    }

    @discardableResult
    func post(
        _ body: String = "hello",
        in room: RoomID,
        by author: UserID,
        id: MessageID = MessageID(),
        mentions: [UserID] = [],
        thread: MessageID? = nil,
        attachments: [Attachment] = [],
        source: Source? = nil
    ) async throws -> MessageID {
        let event = MessageEvent.posted(
            room: room,
            author: author,
            body: Personal(body, of: author),
            mentions: mentions,
            thread: thread,
            attachments: attachments.isEmpty ? nil : PersonalAttachments(attachments, of: author),
            source: source
        )
        try await append(event, to: id, by: .user(author))
        return id
    }

    /// The payload of a message whose body and attachments both seal the text `[7]`, as only a broken process would write.
    func brokenAttachments(in room: RoomID, by author: UserID) async throws -> [UInt8] {
        let event = MessageEvent.posted(
            room: room,
            author: author,
            body: Personal("[7]", of: author),
            mentions: [],
            thread: nil,
            attachments: nil,
            source: nil
        )
        var payload = try JSON(try await codec.encode(event, in: tenant.id))
        payload["posted"]["attachments"] = payload["posted"]["body"]
        return Array(try JSONEncoder().encode(payload))
    }

    @discardableResult
    func mark(_ message: MessageID, in room: RoomID, readBy user: UserID) async throws -> Position {
        try await append(
            .markerMoved(user: user, room: room, message: message),
            to: ReadStateID(user: user, room: room),
            by: .user(user)
        )
    }

    // MARK: The projection

    /// Projects all that the log holds, in batches.
    @discardableResult
    func project(batches: Int = 500) async throws -> Position {
        let (partition, queries, codec, unparking) = (tenant.partition, log.queries, codec, unparking)
        let position = try await projector.withConnection { connection -> Position in
            guard
                var projection = try PartitionProjection(
                    into: .product,
                    of: partition,
                    by: UUID(),
                    for: .seconds(60),
                    unparking: unparking,
                    on: connection
                )
            else { throw Unexpected("the partition has another owner") }
            while true {
                let events = try queries.readDecoded(
                    partition,
                    after: projection.position,
                    limit: batches,
                    by: codec,
                    on: connection
                )
                if events.isEmpty { break }
                try projection.project(events, on: connection)
            }
            try projection.lease.release(on: connection)
            return projection.position
        }
        reads.progress.advance(partition, to: position)
        return position
    }

    var unparking: Unparking { Unparking(codec: codec, queries: log.queries) }

    /// Asks for a stream to be repaired, and projects it.
    func repair(_ event: RepairEvent) async throws {
        try await append(event, to: RepairID(of: event.parked))
        try await project()
    }

    /// Empties every table of the read models.
    func drop() async throws {
        let tables = try await tables()
        try await superuser.withConnection {
            try $0.executeScript("TRUNCATE rm.checkpoints, \(tables.joined(separator: ", "))")
        }
    }

    /// The tables of tenants' rows.
    func tables() async throws -> [String] {
        try await superuser.query(
            """
            SELECT 'rm.' || relname FROM pg_class
             WHERE relnamespace = 'rm'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'checkpoints' ORDER BY 1
            """,
            as: String.self
        )
    }

    /// The rows of a table as text, in an order of their own, less the times that are not the log's.
    func rows(of table: String) async throws -> [String] {
        try await superuser.query(
            "SELECT (to_jsonb(t) - 'parked_at')::text FROM \(raw: table) t ORDER BY 1",
            as: String.self
        )
    }

    /// The rows of any query.
    func query<each Value: PostgresDecodable & Sendable>(
        _ sql: SQL,
        as type: (repeat each Value).Type
    ) async throws -> [(repeat each Value)] {
        try await superuser.query(sql, as: type)
    }
}

struct Unexpected: Error {
    let what: String
    init(_ what: String) { self.what = what }
}
