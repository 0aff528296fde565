package import EventStore
package import Events
internal import Foundation
internal import Postgres

/// A part of what a subscriber begins with.
package enum SnapshotPart: String, Codable, Sendable, CaseIterable {
    case me, users, rooms, unread
}

/// A room and, for those who are in it, who else is.
package struct RoomSnapshot: Encodable, Sendable, Equatable {
    package var room: RoomView
    /// Ordered by user. Nil for who is no member: nobody would tell them when it changes.
    package var members: [MemberView]?

    private enum CodingKeys: String, CodingKey { case members }

    /// The room's own fields, and `members`.
    package func encode(to encoder: any Encoder) throws {
        try room.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(members, forKey: .members)
    }
}

/// What a user saw at one position: all parts and the checkpoint come from one moment of the database and one set of read models.
package struct Snapshot: Encodable, Sendable, Equatable {
    /// Everything up to here is in it, nothing after it. Not encoded: raw positions do not leave the system.
    package var position: Position
    package var me: UserView?
    /// All of the tenant, ordered by identifier; none for who sees nothing.
    package var users: [UserView]?
    /// Those that the user may see, ordered by identifier.
    package var rooms: [RoomSnapshot]?
    package var unread: [UnreadView]?

    private enum CodingKeys: String, CodingKey { case me, users, rooms, unread }
}

extension ReadModels {
    /// The parts that were asked for; the others are nil.
    package func snapshot(
        of parts: Set<SnapshotPart>,
        for viewer: UserID,
        in tenant: Tenant
    ) async throws -> Snapshot {
        let id = viewer
        let viewer = Viewer(viewer, in: tenant)
        let rooms = viewer.rooms(where: { _ in "true" }, order: "ASC", limit: .max)
        let queries: [SQL] = [
            Self.binding(to: tenant),
            """
            SELECT position FROM rm.checkpoints
             WHERE projection = \(ReadModelSet.product.name) AND partition = \(tenant.partition.number)
            """,
            "SELECT \(Self.userColumns) FROM rm.users u WHERE u.tenant = \(tenant.id) AND u.id = \(id.uuid)",
            """
            SELECT \(Self.userColumns) FROM rm.users u
             WHERE u.tenant = \(tenant.id) AND \(parts.contains(.users)) AND \(viewer.isPresent) ORDER BY u.id
            """,
            """
            SELECT \(Self.roomColumns) \(Self.roomsAndRole(of: viewer)) JOIN (\(rooms)) seen ON seen.id = r.id
             WHERE r.tenant = \(tenant.id) AND \(parts.contains(.rooms)) ORDER BY r.id
            """,
            """
            SELECT s.room, s.member, s.role
              FROM rm.memberships mine JOIN rm.memberships s ON s.tenant = mine.tenant AND s.room = mine.room
             WHERE mine.tenant = \(tenant.id) AND mine.member = \(viewer.id) AND mine.to_position IS NULL
               AND s.to_position IS NULL AND \(parts.contains(.rooms))
             ORDER BY s.room, s.member
            """,
        ]
        let unread = parts.contains(.unread) ? [Self.unread(for: viewer)] : []
        // Names are those of the newest catalog, whatever the snapshot: rebuilt read models that take the place of these in between
        // are still, in this snapshot, where they were before they had caught up.
        let identity = ReadModelSchema.identifying(ReadModelSchema.live.name)
        return try await pool.withConnection { connection in
            while true {
                let results = try connection.transaction(isolation: .repeatableRead, readOnly: true) {
                    try $0.pipeline([identity] + queries + unread + [identity])
                }
                let identities = try [results[0], results[results.count - 1]].map { try $0.decode(Int64.self) }
                guard identities[0] == identities[1] else { continue }
                return try Self.snapshot(of: parts, results.dropFirst().dropLast().map(\.self))
            }
        }
    }

    private static func snapshot(of parts: Set<SnapshotPart>, _ results: [PostgresResult]) throws -> Snapshot {
        let members = try results[5].decode((UUID, UUID, RoomRole).self)
            .reduce(into: [UUID: [MemberView]]()) { members, row in
                members[row.0, default: []].append(MemberView(userID: UserID(row.1).description, role: row.2))
            }
        let rooms = try rooms(results[4]).map { id, room in
            RoomSnapshot(room: room, members: room.role == nil ? nil : members[id])
        }
        return Snapshot(
            position: try results[1].decode(Position.self).first ?? 0,
            me: parts.contains(.me) ? try users(results[2]).first?.item : nil,
            users: parts.contains(.users) ? try users(results[3]).map(\.item) : nil,
            rooms: parts.contains(.rooms) ? rooms : nil,
            unread: try results.count > 6 ? unread(results[6]) : nil
        )
    }
}
