package import EventStore
package import Events
internal import Foundation
internal import Postgres

extension ReadModels {
    /// A room that `viewer` may see: a member's, or a channel if the viewer is no guest.
    package func room(_ id: RoomID, for viewer: UserID, in tenant: Tenant) async throws -> RoomView? {
        let viewer = Viewer(viewer, in: tenant)
        let query: SQL = """
            SELECT \(Self.roomColumns) \(Self.roomsAndRole(of: viewer))
             WHERE r.tenant = \(tenant.id) AND r.id = \(id.uuid) AND \(viewer.sees(room: "\(id.uuid)"))
            """
        return try await read([query], in: tenant) { (results) throws(PostgresError) in
            try Self.rooms(results[0]).first?.item
        }
    }

    /// Those that `viewer` may see, ordered by identifier.
    package func rooms(_ page: Page, for viewer: UserID, in tenant: Tenant) async throws -> Slice<RoomView> {
        let paging = try Paging(page)
        let viewer = Viewer(viewer, in: tenant)
        let query: SQL = """
            SELECT \(Self.roomColumns) \(Self.roomsAndRole(of: viewer))
              JOIN (\(viewer.rooms(where: paging.range, order: paging.order, limit: paging.limit))) seen ON seen.id = r.id
             WHERE r.tenant = \(tenant.id)
             ORDER BY r.id \(paging.order) LIMIT \(paging.limit)
            """
        return try await read([query], in: tenant) { (results) throws(PostgresError) in
            paging.slice(try Self.rooms(results[0]))
        }
    }

    /// Ordered by user; nil if the viewer may not see the room.
    package func members(
        of room: RoomID,
        _ page: Page,
        for viewer: UserID,
        in tenant: Tenant
    ) async throws -> Slice<MemberView>? {
        let paging = try Paging(page)
        let viewer = Viewer(viewer, in: tenant)
        let query: SQL = """
            SELECT s.member, s.role FROM rm.memberships s
             WHERE s.tenant = \(tenant.id) AND s.room = \(room.uuid) AND s.to_position IS NULL AND \(paging.range("s.member"))
               AND \(viewer.sees(room: "\(room.uuid)"))
             ORDER BY s.member \(paging.order) LIMIT \(paging.limit)
            """
        return try await read([Self.visibility(of: room, for: viewer), query], in: tenant) {
            (results) throws(PostgresError) in
            guard results[0].count > 0 else { return nil }
            let rows = try results[1].decode((UUID, RoomRole).self)
            return paging.slice(rows.map { ($0, MemberView(userID: UserID($0).description, role: $1)) })
        }
    }

    static let roomColumns: SQL = "r.id, r.kind, r.name, r.topic, r.archived, r.created_at, mine.role, r.version"

    static func roomsAndRole(of viewer: Viewer) -> SQL {
        """
        FROM rm.rooms r LEFT JOIN rm.memberships mine
          ON mine.tenant = r.tenant AND mine.room = r.id AND mine.member = \(viewer.id) AND mine.to_position IS NULL
        """
    }

    static func rooms(_ result: PostgresResult) throws(PostgresError) -> [(key: UUID, item: RoomView)] {
        try result.decode((UUID, RoomEvent.Kind, String, String?, Bool, PostgresTimestamp, RoomRole?, Int64).self)
            .map { id, kind, name, topic, archived, createdAt, role, version in
                let view = RoomView(
                    id: RoomID(id).description,
                    kind: kind,
                    name: name,
                    topic: topic,
                    archived: archived,
                    createdAt: Timestamp(createdAt),
                    role: role,
                    version: version
                )
                return (id, view)
            }
    }
}
