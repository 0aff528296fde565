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

    /// Rows without a message are left out.
    static func decode(_ result: PostgresResult) throws(PostgresError) -> [MessageView] {
        var views: [MessageView] = []
        views.reserveCapacity(result.count)
        for index in 0..<result.count {
            let row = result[index]
            guard let id = try row.decode(UUID?.self, 0) else { continue }
            views.append(try view(row, of: MessageID(id)))
        }
        return views
    }

    /// Value by value in the order of `columns`: a tuple of so many is copied more often than it is worth.
    private static func view(_ row: PostgresRow, of id: MessageID) throws(PostgresError) -> MessageView {
        var source: Source?
        if let system = try row.decode(String?.self, 12) {
            source = Source(
                system: system,
                id: try row.decode(String?.self, 13) ?? "",
                time: try row.decode(PostgresTimestamp?.self, 14).map { Timestamp($0) }
            )
        }
        return MessageView(
            id: id.description,
            roomID: RoomID(try row.decode(UUID.self, 1)).description,
            seq: try row.decode(Int64.self, 2),
            authorID: UserID(try row.decode(UUID.self, 3)).description,
            body: try row.decode(String?.self, 4),
            mentions: try row.decode([UUID].self, 5).map { UserID($0).description },
            threadID: try row.decode(UUID?.self, 6).map { MessageID($0).description },
            replyCount: try row.decode(Int64.self, 7),
            attachments: try decode(try row.decode(PostgresJSON?.self, 8)),
            reactions: group(
                try row.decode([String]?.self, 16) ?? [],
                try row.decode([UUID]?.self, 17) ?? []
            ),
            createdAt: Timestamp(try row.decode(PostgresTimestamp.self, 9)),
            editedAt: try row.decode(PostgresTimestamp?.self, 10).map { Timestamp($0) },
            deletedAt: try row.decode(PostgresTimestamp?.self, 11).map { Timestamp($0) },
            source: source,
            version: try row.decode(Int64.self, 15)
        )
    }

    private static func decode(_ attachments: PostgresJSON?) throws(PostgresError) -> [Attachment] {
        guard let attachments else { return [] }
        do {
            return try JSONReader.value([Attachment].self, of: attachments.bytes)
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
