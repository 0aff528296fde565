internal import Events
internal import Foundation
internal import Postgres

/// Messages as a query selects them, each with its reactions.
enum MessageRows {
    /// What to select from `rm.messages m`.
    static let columns: SQL = """
        m.id, m.room, m.seq, m.author, m.body, m.mentions, m.thread, m.reply_count, m.attachments, m.created_at, m.edited_at,
        m.deleted_at, m.source_system, m.source_id, m.source_time, m.version, x.emojis, x.members
        """

    /// To be joined: arrays of the same length, in the order in which people reacted.
    static let reactions: SQL = """
        LEFT JOIN LATERAL (
          SELECT array_agg(x.emoji ORDER BY x.position) AS emojis, array_agg(x.member ORDER BY x.position) AS members
            FROM rm.reactions x WHERE x.tenant = m.tenant AND x.message = m.id) x ON true
        """

    private typealias Row = (
        UUID, UUID, Int64, UUID, String?, [UUID], UUID?, Int64, PostgresJSON?, PostgresTimestamp, PostgresTimestamp?,
        PostgresTimestamp?, String?, String?, PostgresTimestamp?, Int64, [String]?, [UUID]?
    )

    static func decode(_ result: PostgresResult) throws(PostgresError) -> [MessageView] {
        var views: [MessageView] = []
        for row: Row in try result.decode(Row.self) {
            let (id, room, seq, author, body, mentions, thread, replies, attachments, createdAt, editedAt, deletedAt) =
                (
                    row.0, row.1, row.2, row.3, row.4, row.5, row.6, row.7, row.8, row.9, row.10, row.11
                )
            views.append(
                MessageView(
                    id: MessageID(id).description,
                    roomID: RoomID(room).description,
                    seq: seq,
                    authorID: UserID(author).description,
                    body: body,
                    mentions: mentions.map { UserID($0).description },
                    threadID: thread.map { MessageID($0).description },
                    replyCount: replies,
                    attachments: try decode(attachments),
                    reactions: group(row.16 ?? [], row.17 ?? []),
                    createdAt: Timestamp(createdAt),
                    editedAt: editedAt.map { Timestamp($0) },
                    deletedAt: deletedAt.map { Timestamp($0) },
                    source: row.12.map { Source(system: $0, id: row.13 ?? "", time: row.14.map { Timestamp($0) }) },
                    version: row.15
                )
            )
        }
        return views
    }

    private static func decode(_ attachments: PostgresJSON?) throws(PostgresError) -> [Attachment] {
        guard let attachments else { return [] }
        do {
            return try JSONDecoder().decode([Attachment].self, from: Data(attachments.bytes))
        } catch {
            throw PostgresError(.decoding, "attachments: \(error)")
        }
    }

    /// Emojis in the order of their first reaction.
    private static func group(_ emojis: [String], _ members: [UUID]) -> [MessageView.Reaction] {
        var reactions: [MessageView.Reaction] = []
        var places: [String: Int] = [:]
        for (emoji, member) in zip(emojis, members) {
            if let place = places[emoji] {
                reactions[place].userIDs.append(UserID(member).description)
            } else {
                places[emoji] = reactions.count
                reactions.append(MessageView.Reaction(emoji: emoji, userIDs: [UserID(member).description]))
            }
        }
        return reactions
    }
}
