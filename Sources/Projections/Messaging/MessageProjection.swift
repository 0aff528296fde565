internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// What happens to messages after they were posted.
///
/// Each event of a message's stream makes its version one more, as does a range-delete; so the version is the stream's, plus
/// one if a range-delete took it.
enum MessageProjection {
    static func writes(_ event: MessageEvent, to message: MessageID, at recorded: Recorded) -> [Write] {
        let raw = recorded.raw
        let (tenant, id) = (raw.tenant, message.uuid)
        let grow = Write(
            "UPDATE rm.messages SET version = version + 1 WHERE tenant = \(tenant) AND id = \(id)",
            touching: 1,
            otherwise: missing
        )
        switch event {
        case .posted: preconditionFailure("posts are written by PostedMessages")
        case .edited(_, let editor, let body, let mentions, _):
            return edit(message, editor, body.text, body.text == nil ? [] : mentions, at: recorded)
        case .deleted(_, let by, let reason):
            let deletion = Deletion(by: by, reason: reason, at: recorded)
            // A range-delete may have been faster; then this one only counts.
            let count: SQL = """
                UPDATE rm.messages SET version = version + 1
                 WHERE tenant = \(tenant) AND id = \(id) AND deleted_at IS NOT NULL
                """
            return [Write(count), deletion.write(where: "m.id = \(id)"), exists(message, raw)]
        case .reactionAdded(_, let user, let emoji, _):
            let add: SQL = """
                INSERT INTO rm.reactions (tenant, message, emoji, member, position)
                SELECT tenant, id, \(emoji), \(user.uuid), \(raw.position) FROM rm.messages
                 WHERE tenant = \(tenant) AND id = \(id) AND deleted_at IS NULL
                ON CONFLICT DO NOTHING
                """
            return [grow, Write(add)]
        case .reactionRemoved(_, let user, let emoji):
            let remove: SQL = """
                DELETE FROM rm.reactions
                 WHERE tenant = \(tenant) AND message = \(id) AND emoji = \(emoji) AND member = \(user.uuid)
                """
            return [grow, Write(remove)]
        }
    }

    private static let missing = "the message has not been posted"

    private static func exists(_ message: MessageID, _ raw: RecordedEvent) -> Write {
        Write(
            "SELECT FROM rm.messages WHERE tenant = \(raw.tenant) AND id = \(message.uuid)",
            touching: 1,
            otherwise: missing
        )
    }

    /// Keeps the form that the message had, then gives it the new one. A deleted message takes no text any more.
    private static func edit(
        _ message: MessageID,
        _ editor: UserID,
        _ body: String?,
        _ mentions: [UserID],
        at recorded: Recorded
    ) -> [Write] {
        let (tenant, id) = (recorded.raw.tenant, message.uuid)
        let users: [UUID] = mentions.map(\.uuid)
        return [
            Write(
                """
                INSERT INTO rm.revisions (tenant, message, version, body, editor, at)
                SELECT tenant, id, body_version, body, coalesce(editor, author), coalesce(edited_at, created_at)
                  FROM rm.messages WHERE tenant = \(tenant) AND id = \(id) AND deleted_at IS NULL
                """
            ),
            Write(
                """
                DELETE FROM rm.mentions x USING rm.messages m
                 WHERE m.tenant = \(tenant) AND m.id = \(id) AND x.tenant = m.tenant AND x.room = m.room AND x.seq = m.seq
                """
            ),
            Write(
                """
                INSERT INTO rm.mentions (tenant, member, room, seq)
                SELECT m.tenant, u.member, m.room, m.seq FROM rm.messages m, unnest(\(users)) u(member)
                 WHERE m.tenant = \(tenant) AND m.id = \(id) AND m.deleted_at IS NULL AND u.member <> m.author
                ON CONFLICT DO NOTHING
                """
            ),
            Write(
                """
                UPDATE rm.messages
                   SET version = version + 1,
                       body = CASE WHEN deleted_at IS NULL THEN \(body) END,
                       mentions = CASE WHEN deleted_at IS NULL THEN \(users) ELSE '{}' END,
                       editor = CASE WHEN deleted_at IS NULL THEN \(editor.uuid) ELSE editor END,
                       edited_at = CASE WHEN deleted_at IS NULL THEN \(recorded.recordedAt.postgres) ELSE edited_at END,
                       body_version = CASE WHEN deleted_at IS NULL THEN version + 1 ELSE body_version END
                 WHERE tenant = \(tenant) AND id = \(id)
                """,
                touching: 1,
                otherwise: missing
            ),
        ]
    }
}
