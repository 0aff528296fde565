package import EventStore
package import Events
internal import Foundation
internal import Postgres

extension ReadModels {
    /// A message of a room that `viewer` may see, or its tombstone.
    package func message(_ id: MessageID, for viewer: UserID, in tenant: Tenant) async throws -> MessageView? {
        let query = Self.message(id, for: Viewer(viewer, in: tenant))
        return try await read([query], in: tenant) { (results) throws(PostgresError) in
            try MessageRows.decode(results[0]).first
        }
    }

    package enum Anchor: Sendable {
        case newest
        case before(seq: Int64)
        case after(seq: Int64)
        /// Half before, the message itself, half after.
        case around(seq: Int64)
    }

    /// Messages of a room by sequence number, always oldest first; nil if the viewer may not see the room.
    package func messages(
        in room: RoomID,
        _ anchor: Anchor,
        limit: Int,
        for viewer: UserID,
        in tenant: Tenant
    ) async throws -> [MessageView]? {
        let viewer = Viewer(viewer, in: tenant)
        // A row without a message tells an empty page from a room that is not to be seen.
        func page(_ condition: SQL, _ order: SQL, _ limit: Int) -> SQL {
            """
            SELECT \(MessageRows.columns)
              FROM (SELECT WHERE \(viewer.sees(room: "\(room.uuid)"))) v
              LEFT JOIN LATERAL (
                SELECT * FROM rm.messages m
                 WHERE m.tenant = \(tenant.id) AND m.room = \(room.uuid) AND \(condition) AND \(viewer.isNotParked("m.id"))
                 ORDER BY m.seq \(order) LIMIT \(limit)) m ON true
              \(MessageRows.reactions)
            """
        }
        let pages =
            switch anchor {
            case .newest: [page("true", "DESC", limit)]
            case .before(let seq): [page("m.seq < \(seq)", "DESC", limit)]
            case .after(let seq): [page("m.seq > \(seq)", "ASC", limit)]
            case .around(let seq):
                [
                    page("m.seq < \(seq)", "DESC", (limit - 1) / 2),
                    page("m.seq >= \(seq)", "ASC", limit - (limit - 1) / 2),
                ]
            }
        return try await read(pages, in: tenant) { (results) throws(PostgresError) in
            var messages: [MessageView] = []
            for result in results {
                if result.count == 0 { return nil }
                messages += try MessageRows.decode(result)
            }
            return messages.sorted { $0.seq ?? 0 < $1.seq ?? 0 }
        }
    }

    /// The root and its answers by sequence number after `seq`; nil if not visible.
    package func thread(
        of root: MessageID,
        after seq: Int64,
        limit: Int,
        for viewer: UserID,
        in tenant: Tenant
    ) async throws -> [MessageView]? {
        let viewer = Viewer(viewer, in: tenant)
        let room: SQL = "(SELECT room FROM rm.messages WHERE tenant = \(tenant.id) AND id = \(root.uuid))"
        let query: SQL = """
            SELECT \(MessageRows.columns)
              FROM (
                SELECT * FROM rm.messages m
                 WHERE m.tenant = \(tenant.id) AND m.id = \(root.uuid) AND m.seq > \(seq)
                UNION ALL
                (SELECT * FROM rm.messages m
                  WHERE m.tenant = \(tenant.id) AND m.thread = \(root.uuid) AND m.seq > \(seq) AND m.room = \(room)
                  ORDER BY m.seq LIMIT \(limit))
              ) m \(MessageRows.reactions)
             WHERE \(viewer.isNotParked("m.id")) AND \(viewer.sees(room: room))
             ORDER BY m.seq LIMIT \(limit)
            """
        return try await read([Self.message(root, for: viewer), query], in: tenant) { (results) throws(PostgresError) in
            results[0].count > 0 ? try MessageRows.decode(results[1]) : nil
        }
    }

    /// Oldest first, the present form last; a deleted message has none. Nil if not visible.
    package func history(of message: MessageID, for viewer: UserID, in tenant: Tenant) async throws -> [RevisionView]? {
        let viewer = Viewer(viewer, in: tenant)
        let query: SQL = """
            SELECT f.version, f.body, f.editor, f.at
              FROM rm.messages m
              CROSS JOIN LATERAL (
                SELECT version, body, editor, at FROM rm.revisions WHERE tenant = m.tenant AND message = m.id
                UNION ALL
                SELECT m.body_version, m.body, coalesce(m.editor, m.author), coalesce(m.edited_at, m.created_at)) f
             WHERE m.tenant = \(tenant.id) AND m.id = \(message.uuid) AND m.deleted_at IS NULL
               AND \(viewer.isNotParked("m.id")) AND \(viewer.sees(room: "m.room"))
             ORDER BY f.version
            """
        return try await read([Self.message(message, for: viewer), query], in: tenant) {
            (results) throws(PostgresError) in
            guard results[0].count > 0 else { return nil }
            return try results[1].decode((Int64, String?, UUID, PostgresTimestamp).self).map {
                version,
                body,
                editor,
                at in
                RevisionView(version: version, body: body, editorID: UserID(editor).description, at: Timestamp(at))
            }
        }
    }

    /// One entry for each room that the viewer is a member of, ordered by room.
    package func unread(for viewer: UserID, in tenant: Tenant) async throws -> [UnreadView] {
        try await read([Self.unread(for: Viewer(viewer, in: tenant))], in: tenant) { (results) throws(PostgresError) in
            try Self.unread(results[0])
        }
    }

    private static func message(_ id: MessageID, for viewer: Viewer) -> SQL {
        """
        SELECT \(MessageRows.columns) FROM rm.messages m \(MessageRows.reactions)
         WHERE m.tenant = \(viewer.tenant) AND m.id = \(id.uuid)
           AND \(viewer.isNotParked("m.id")) AND \(viewer.sees(room: "m.room"))
        """
    }

    /// Counted when read: up to 1,000, so that a room left alone for years costs no more than that. Mentions have a table of
    /// their own, since the messages that make 1,000 of them may be millions.
    static func unread(for viewer: Viewer) -> SQL {
        """
        SELECT r.id, r.last_seq, coalesce(k.seq, 0), u.count, n.count
          FROM rm.memberships s
          JOIN rm.rooms r ON r.tenant = s.tenant AND r.id = s.room
          LEFT JOIN rm.read_markers k ON k.tenant = s.tenant AND k.member = s.member AND k.room = s.room
          CROSS JOIN LATERAL (
            SELECT count(*) FROM (
              SELECT FROM rm.messages m
               WHERE m.tenant = s.tenant AND m.room = s.room AND m.seq > coalesce(k.seq, 0)
                 AND m.author <> s.member AND m.deleted_at IS NULL
               ORDER BY m.seq LIMIT 1000) m) u
          CROSS JOIN LATERAL (
            SELECT count(*) FROM (
              SELECT FROM rm.mentions m
               WHERE m.tenant = s.tenant AND m.member = s.member AND m.room = s.room AND m.seq > coalesce(k.seq, 0)
               LIMIT 1000) m) n
         WHERE s.tenant = \(viewer.tenant) AND s.member = \(viewer.id) AND s.to_position IS NULL
           AND \(viewer.isPresent) AND \(viewer.isNotParked("s.room"))
         ORDER BY r.id
        """
    }

    static func unread(_ result: PostgresResult) throws(PostgresError) -> [UnreadView] {
        try result.decode((UUID, Int64, Int64, Int64, Int64).self).map { room, last, read, unread, mentions in
            UnreadView(
                roomID: RoomID(room).description,
                lastSeq: last,
                readSeq: read,
                unread: unread,
                mentions: mentions
            )
        }
    }
}
