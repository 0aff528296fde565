internal import EventStore
internal import Events
internal import Foundation
internal import Projections

/// A registered queue: whose it is and what it lets through. None of it ever changes but its end.
struct Queue: Sendable {
    let id: UUID
    let tenant: Tenant
    let user: UserID
    let filter: QueueFilter
    let base: Position
    let idleTimeout: Duration
    let durable: Bool
    let client: String?
    let createdAt: Timestamp
    /// As Postgres has it, up to a quarter of the idle time late.
    let lastPollAt: Timestamp
    let isDeleted: Bool

    var owner: QueueOwner { QueueOwner(tenant.id, user) }

    /// `queue_0190…`, as clients know it.
    static func name(_ id: UUID) -> String { "queue_\(id.text)" }

    /// Nil for anything but what `name` gives.
    static func id(_ name: String) -> UUID? {
        name.hasPrefix("queue_") ? UUID(text: String(name.dropFirst(6))) : nil
    }
}

/// Which events a queue lets through; nil: all.
struct QueueFilter: Sendable, Equatable {
    var types: Set<RealtimeType>?
    var rooms: Set<RoomID>?

    /// Events of no room pass any choice of rooms; what tells the subscriber to drop something passes everything.
    /// A type that this process does not know passes
    /// only where none is chosen.
    func passes(_ type: RealtimeType?, _ room: RoomID?) -> Bool {
        if type?.passesEveryFilter == true { return true }
        if let types {
            guard let type, types.contains(type) else { return false }
        }
        guard let rooms, let room else { return true }
        return rooms.contains(room)
    }
}
