package import EventStore
package import Events
package import Foundation
package import Postgres

/// What a realtime event says besides what its log event holds, looked up in the read models. All of it is immutable but
/// who is blank and who forgotten, which only ever comes to be so and then blanks: so an event derived later says the same, or less.
package struct RealtimeFacts: Sendable {
    /// Something of one tenant; identifiers of two tenants may be equal, when both imported the same thing.
    package struct Key<ID: Hashable & Sendable>: Hashable, Sendable {
        package let tenant: UUID
        package let id: ID

        package init(_ tenant: UUID, _ id: ID) {
            self.tenant = tenant
            self.id = id
        }
    }

    package struct Message: Sendable {
        package let seq: Int64
        /// Deleted, or its author has been forgotten: it says nothing any more.
        package var isBlank: Bool
    }

    package struct Room: Sendable {
        package let kind: RoomEvent.Kind
        package let createdAt: Timestamp
        /// The events that name and shape it, by stream version; loaded only where somebody was added.
        package var history: [(version: StreamVersion, event: RoomEvent)] = []
    }

    package private(set) var messages: [Key<MessageID>: Message] = [:]
    package private(set) var rooms: [Key<RoomID>: Room] = [:]
    /// Of those whose names the events tell.
    package private(set) var forgotten: Set<Key<UserID>> = []
    /// Positions of events that are set aside, with whatever depends on them, or dropped.
    private var untold: Set<Key<Position>> = []
    /// Streams of these events of which something is set aside: nothing of them is shown, from before it either.
    private var withheld: Set<Key<UUID>> = []

    /// The events that are to be told: all but those that are set aside or dropped.
    func readable(_ events: [LogEvent]) throws(NotUnderstood) -> [Recorded] {
        var readable: [Recorded] = []
        readable.reserveCapacity(events.count)
        for event in events where !untold.contains(Key(event.raw.tenant, event.raw.position)) {
            switch event.decoded {
            case .success(let recorded): readable.append(recorded)
            case .failure(let poison): throw NotUnderstood(position: event.raw.position, reason: poison.reason)
            }
        }
        return readable
    }

    func withholds(_ event: Recorded) -> Bool {
        Self.subjects(of: event).contains { withheld.contains(Key(event.raw.tenant, $0)) }
    }

    /// The streams without which the event is not shown. Of a user whose stream is set aside others see what they saw.
    private static func subjects(of event: Recorded) -> [UUID] {
        switch event.event {
        case .message, .room, .readState: [event.raw.stream] + event.event.streamsToBeSeenBy
        case .user, .handle, .repair, .limits, .usage, .usageReport, .policies, .control: []
        }
    }

    /// These facts, as if these messages were deleted.
    package func deleting(_ ids: Set<Key<MessageID>>) -> RealtimeFacts {
        var facts = self
        for id in ids { facts.messages[id]?.isBlank = true }
        return facts
    }
}

/// An event is projected, but not understood here: a newer process wrote it and projects. Whoever would pass over it must stop
/// until a newer one takes its place.
struct NotUnderstood: Error, CustomStringConvertible {
    let position: Position
    let reason: String

    var description: String { "the event at \(position) is projected, but this process does not know it: \(reason)" }
}

// MARK: Loading

extension RealtimeFacts {
    /// A statement and what its rows tell. It names the tenants and may run under row-level security.
    struct Question: Sendable {
        let sql: SQL
        fileprivate let read: @Sendable (PostgresResult, inout RealtimeFacts) throws -> Void
    }

    /// Takes the answers to these questions, in the same order.
    init(_ questions: [Question], _ answers: some Collection<PostgresResult>) throws {
        precondition(questions.count == answers.count, "one answer a question")
        for (question, answer) in zip(questions, answers) { try question.read(answer, &self) }
    }

    /// What these events are told with; nothing that none of them needs. To be asked after `aside` and before `dropped`, so that
    /// what is set aside no more is known by then, or known to be dropped.
    static func questions(about logged: [LogEvent]) -> [Question] {
        var messages: Set<Key<MessageID>> = []
        var rooms: Set<Key<RoomID>> = []
        var joined: Set<Key<RoomID>> = []
        var named: Set<Key<UserID>> = []
        // What is not understood is set aside or dropped, or `readable` says so.
        for event in logged.compactMap({ try? $0.decoded.get() }) {
            let tenant = event.raw.tenant
            switch event.event {
            case .message(let id, .posted), .message(let id, .edited): messages.insert(Key(tenant, id))
            case .readState(_, .markerMoved(_, _, let message)): messages.insert(Key(tenant, message))
            case .room(let id, .memberAdded):
                rooms.insert(Key(tenant, id))
                joined.insert(Key(tenant, id))
            case .room(let id, .changed), .room(let id, .archived), .room(let id, .restored):
                rooms.insert(Key(tenant, id))
            case .user(let id, .joined), .user(let id, .profileChanged): named.insert(Key(tenant, id))
            case .message, .room, .user, .handle, .repair, .limits, .usage, .usageReport, .policies, .control: break
            }
        }
        var questions: [Question] = []
        if !messages.isEmpty { questions.append(question(about: messages)) }
        if !rooms.isEmpty { questions.append(question(about: rooms)) }
        if !named.isEmpty { questions.append(question(about: named)) }
        if !joined.isEmpty, let partition = logged.first?.raw.partition {
            questions.append(question(aboutHistoryOf: joined, in: partition))
        }
        return questions
    }

    /// All that there is to ask about these events, in its order.
    static func everything(about logged: [LogEvent]) -> [Question] {
        aside(logged) + questions(about: logged) + [dropped(logged)]
    }

    /// What of these events is set aside.
    static func aside(_ logged: [LogEvent]) -> [Question] {
        let tenants = Array(Set(logged.map(\.raw.tenant)))
        let streams = Set(
            logged.compactMap { try? $0.decoded.get() }  // as above
                .flatMap { event in subjects(of: event).map { Key(event.raw.tenant, $0) } }
        )
        return [
            Question(
                sql: """
                    SELECT tenant, position FROM rm.parked
                     WHERE tenant = ANY (\(tenants))
                       AND position BETWEEN \(logged.first?.raw.position ?? 0) AND \(logged.last?.raw.position ?? 0)
                    """
            ) { answer, facts in
                for (tenant, position) in try answer.decode((UUID, Int64).self) {
                    facts.untold.insert(Key(tenant, position))
                }
            },
            Question(
                sql: """
                    SELECT p.tenant, p.stream
                      FROM unnest(\(streams.map(\.tenant)), \(streams.map(\.id))) AS k (tenant, stream)
                      CROSS JOIN LATERAL (
                        SELECT * FROM rm.parked_streams p WHERE p.tenant = k.tenant AND p.stream = k.stream OFFSET 0) p
                    """
            ) { answer, facts in
                for (tenant, stream) in try answer.decode((UUID, UUID).self) {
                    facts.withheld.insert(Key(tenant, stream))
                }
            },
        ]
    }

    /// What of these events is dropped. To be asked after `aside`: an event goes from there to here.
    static func dropped(_ logged: [LogEvent]) -> Question {
        Question(
            sql: """
                SELECT tenant, position FROM rm.dropped
                 WHERE tenant = ANY (\(Array(Set(logged.map(\.raw.tenant)))))
                   AND position BETWEEN \(logged.first?.raw.position ?? 0) AND \(logged.last?.raw.position ?? 0)
                """
        ) { answer, facts in
            for (tenant, position) in try answer.decode((UUID, Int64).self) {
                facts.untold.insert(Key(tenant, position))
            }
        }
    }

    private static func question(about messages: Set<Key<MessageID>>) -> Question {
        Question(
            sql: """
                SELECT m.tenant, m.id, m.seq, m.body IS NULL
                  FROM unnest(\(messages.map(\.tenant)), \(messages.map(\.id.uuid))) AS k (tenant, id)
                  CROSS JOIN LATERAL (
                    SELECT * FROM rm.messages m WHERE m.tenant = k.tenant AND m.id = k.id OFFSET 0) m
                """
        ) { answer, facts in
            for (tenant, id, seq, isBlank) in try answer.decode((UUID, UUID, Int64, Bool).self) {
                facts.messages[Key(tenant, MessageID(id))] = Message(seq: seq, isBlank: isBlank)
            }
        }
    }

    private static func question(about users: Set<Key<UserID>>) -> Question {
        Question(
            sql: """
                SELECT u.tenant, u.id
                  FROM unnest(\(users.map(\.tenant)), \(users.map(\.id.uuid))) AS k (tenant, id)
                  CROSS JOIN LATERAL (
                    SELECT * FROM rm.users u WHERE u.tenant = k.tenant AND u.id = k.id OFFSET 0) u
                 WHERE u.handle IS NULL
                """
        ) { answer, facts in
            for (tenant, id) in try answer.decode((UUID, UUID).self) { facts.forgotten.insert(Key(tenant, UserID(id))) }
        }
    }

    private static func question(about rooms: Set<Key<RoomID>>) -> Question {
        Question(
            sql: """
                SELECT r.tenant, r.id, r.kind, r.created_at
                  FROM unnest(\(rooms.map(\.tenant)), \(rooms.map(\.id.uuid))) AS k (tenant, id)
                  CROSS JOIN LATERAL (
                    SELECT * FROM rm.rooms r WHERE r.tenant = k.tenant AND r.id = k.id OFFSET 0) r
                """
        ) { answer, facts in
            for (tenant, id, kind, createdAt) in try answer.decode((UUID, UUID, String, PostgresTimestamp).self) {
                guard let kind = RoomEvent.Kind(rawValue: kind) else { continue }
                let created = Timestamp(microseconds: createdAt.microsecondsSince1970)
                facts.rooms[Key(tenant, RoomID(id))] = Room(kind: kind, createdAt: created)
            }
        }
    }

    /// The types of room events whose fold is the room's name, topic and standing. They hold no personal fields.
    private static let shapingTypes = [
        "workspace.room_created", "workspace.room_changed", "workspace.room_archived", "workspace.room_restored",
    ]

    /// The rooms themselves must be asked about before.
    private static func question(aboutHistoryOf rooms: Set<Key<RoomID>>, in partition: Partition) -> Question {
        Question(
            sql: """
                SELECT e.tenant, e.stream, e.version, t.name, t.version, e.payload
                  FROM unnest(\(rooms.map(\.tenant)), \(rooms.map(\.id.uuid))) AS k (tenant, stream)
                  CROSS JOIN LATERAL (
                    SELECT * FROM es.events e
                     WHERE e.partition = \(partition.number) AND e.tenant = k.tenant AND e.stream = k.stream OFFSET 0) e
                  JOIN es.types t ON t.id = e.type
                 WHERE e.type = ANY (ARRAY(SELECT id FROM es.types WHERE name = ANY (\(shapingTypes))))
                   AND NOT EXISTS (SELECT FROM rm.dropped d WHERE d.tenant = e.tenant AND d.position = e.position)
                 ORDER BY e.tenant, e.stream, e.version
                """
        ) { answer, facts in
            var ended: Set<Key<RoomID>> = []
            let rows = try answer.decode((UUID, UUID, Int64, String, Int32, [UInt8]).self)
            for (tenant, stream, version, name, typeVersion, payload) in rows {
                let room = Key(tenant, RoomID(stream))
                if ended.contains(room) { continue }
                do {
                    let event = try EventCodec.decodeRoom(payload, of: EventType(name, version: Int(typeVersion)))
                    facts.rooms[room]?.history.append((version, event))
                } catch {
                    // The room is set aside from there on, and nobody is told of what comes after.
                    ended.insert(room)
                }
            }
        }
    }
}
