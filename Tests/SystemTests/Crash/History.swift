import EventStore
import Events
import Foundation
import Postgres

/// The log, read straight from its tables: what everybody's word is held against.
struct History: Sendable {
    /// Of all tenants, in order.
    let events: [Recorded]

    var head: Position { events.last?.position ?? 0 }

    init(of installation: Installation) async throws {
        let rows = try installation.product().execute(
            """
            SELECT e.partition, e.position, e.tenant, e.stream, e.version, e.event, t.name, t.version, e.command, e.metadata,
                   e.payload,
                   (SELECT c.committed_at FROM es.commits c WHERE c.partition = e.partition AND c.last_position >= e.position
                     ORDER BY c.last_position LIMIT 1)
              FROM es.events e JOIN es.types t ON t.id = e.type
             ORDER BY e.partition, e.position
            """
        ).decode(
            (
                Int32, Int64, UUID, UUID, Int64, UUID, String, Int32, [UInt8], [UInt8], [UInt8], PostgresTimestamp
            ).self
        )
        let pool = PostgresPool(installation.productConfiguration(as: "appender"), size: 1, queueLimit: 1000)
        let masterKey = try MasterKeys(file: "\(installation.folder)/master.key")
        let codec = EventCodec(keyring: Keyring(masterKey: masterKey, pool: pool))
        var events: [Recorded] = []
        for row in rows {
            let raw = RecordedEvent(
                partition: Partition(row.0),
                position: row.1,
                tenant: row.2,
                stream: row.3,
                version: row.4,
                id: row.5,
                type: EventType(row.6, version: Int(row.7)),
                commandKey: row.8,
                metadata: row.9,
                payload: row.10,
                recordedAt: row.11.microsecondsSince1970
            )
            events.append(try await codec.decode(raw))
        }
        await pool.close()
        self.events = events
    }

    /// The tenant in which this user joined.
    func tenant(of user: UserID) -> UUID? {
        events.first { event in
            if case .user(user, .joined) = event.event { true } else { false }
        }?.raw.tenant
    }

    /// Messages that are deleted by now, alone or with others.
    var deleted: Set<MessageID> {
        var deleted: Set<MessageID> = []
        // The n-th message of a room that was posted has the number n there.
        var numbered: [RoomID: [(id: MessageID, author: UserID)]] = [:]
        for event in events {
            switch event.event {
            case .message(let id, .posted(let room, let author, _, _, _, _, _)):
                numbered[room, default: []].append((id, author))
            case .message(let id, .deleted): deleted.insert(id)
            case .room(let room, .messagesRangeDeleted(let from, let to, let author, _)):
                for (index, message) in (numbered[room] ?? []).enumerated()
                where (from...to).contains(Int64(index + 1)) && (author ?? message.author) == message.author {
                    deleted.insert(message.id)
                }
            default: break
            }
        }
        return deleted
    }
}
