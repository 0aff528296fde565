package import EventStore
package import Events
package import Foundation
package import Postgres

/// What a realtime event says besides what its log event holds, looked up in the read models. All of it is immutable but
/// `deleted`, which only ever turns true and then blanks: so an event derived later says the same, or less.
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
        package var deleted: Bool
    }

    package struct Room: Sendable {
        package let kind: RoomEvent.Kind
        package let createdAt: Timestamp
        /// The events that name and shape it, by stream version; loaded only where somebody was added.
        package var history: [(version: StreamVersion, event: RoomEvent)] = []
    }

    package private(set) var messages: [Key<MessageID>: Message] = [:]
    package private(set) var rooms: [Key<RoomID>: Room] = [:]
    /// Positions of events that are set aside, with whatever depends on them.
    package private(set) var parked: Set<Key<Position>> = []

    package init() {}

    /// These facts, as if these messages were deleted.
    package func deleting(_ ids: Set<Key<MessageID>>) -> RealtimeFacts {
        var facts = self
        for id in ids { facts.messages[id]?.deleted = true }
        return facts
    }
}

// MARK: Loading

extension RealtimeFacts {
    /// The statements that load what these events need, in one pipeline; their results are `init(_:)`'s. They name the tenants
    /// and may run under row-level security.
    package static func queries(for events: [Recorded]) -> [SQL] {
        var messages: Set<Key<MessageID>> = []
        var rooms: Set<Key<RoomID>> = []
        var joined: Set<Key<RoomID>> = []
        for event in events {
            let tenant = event.raw.tenant
            switch event.event {
            case .message(let id, .posted), .message(let id, .edited): messages.insert(Key(tenant, id))
            case .readState(_, .markerMoved(_, _, let message)): messages.insert(Key(tenant, message))
            case .room(let id, .memberAdded):
                rooms.insert(Key(tenant, id))
                joined.insert(Key(tenant, id))
            case .room(let id, .changed), .room(let id, .archived), .room(let id, .restored):
                rooms.insert(Key(tenant, id))
            case .message, .room, .user, .handle: break
            }
        }
        let tenants = Array(Set(events.map(\.raw.tenant)))
        return [
            """
            SELECT m.tenant, m.id, m.seq, m.deleted_at IS NOT NULL
              FROM unnest(\(messages.map(\.tenant)), \(messages.map(\.id.uuid))) AS k (tenant, id)
              JOIN rm.messages m USING (tenant, id)
            """,
            """
            SELECT r.tenant, r.id, r.kind, r.created_at
              FROM unnest(\(rooms.map(\.tenant)), \(rooms.map(\.id.uuid))) AS k (tenant, id)
              JOIN rm.rooms r USING (tenant, id)
            """,
            """
            SELECT e.tenant, e.stream, e.version, e.payload
              FROM unnest(\(joined.map(\.tenant)), \(joined.map(\.id.uuid))) AS k (tenant, stream)
              JOIN es.events e USING (tenant, stream)
             WHERE e.type = ANY (ARRAY(SELECT id FROM es.types WHERE name = ANY (\(shapingTypes))))
               AND e.partition = \(events.first?.raw.partition.number ?? 0)
             ORDER BY e.tenant, e.stream, e.version
            """,
            """
            SELECT tenant, position FROM rm.parked
             WHERE tenant = ANY (\(tenants))
               AND position BETWEEN \(events.first?.position ?? 0) AND \(events.last?.position ?? 0)
            """,
        ]
    }

    /// The types of room events whose fold is the room's name, topic and standing. They hold no personal fields.
    private static let shapingTypes = [
        "workspace.room_created", "workspace.room_changed", "workspace.room_archived", "workspace.room_restored",
    ]

    package static let queryCount = 4

    /// Takes the results of `queries(for:)`.
    package init(_ results: some Collection<PostgresResult>) throws {
        precondition(results.count == Self.queryCount, "one result a query")
        let results = Array(results)
        for (tenant, id, seq, deleted) in try results[0].decode((UUID, UUID, Int64, Bool).self) {
            messages[Key(tenant, MessageID(id))] = Message(seq: seq, deleted: deleted)
        }
        for (tenant, id, kind, createdAt) in try results[1].decode((UUID, UUID, String, PostgresTimestamp).self) {
            guard let kind = RoomEvent.Kind(rawValue: kind) else { continue }
            let created = Timestamp(microseconds: createdAt.microsecondsSince1970)
            rooms[Key(tenant, RoomID(id))] = Room(kind: kind, createdAt: created)
        }
        let decoder = JSONDecoder()
        for (tenant, stream, version, payload) in try results[2].decode((UUID, UUID, Int64, [UInt8]).self) {
            let event = try decoder.decode(RoomEvent.self, from: Data(payload))
            rooms[Key(tenant, RoomID(stream))]?.history.append((version, event))
        }
        for (tenant, position) in try results[3].decode((UUID, Int64).self) { parked.insert(Key(tenant, position)) }
    }
}
