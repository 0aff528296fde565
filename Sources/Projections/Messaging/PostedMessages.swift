internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// A new message, before it has its place in the room.
struct PostedMessage {
    let id: MessageID
    let room: RoomID
    let author: UserID
    let body: String?
    let mentions: [UserID]
    let thread: MessageID?
    let attachments: PostgresJSON?
    let source: Source?
    let at: RecordedEvent
}

/// New messages that are written together: one statement gives each its room's next sequence number, whatever their rooms.
struct PostedMessages {
    private(set) var messages: Set<MessageID> = []
    private(set) var rooms: Set<RoomID> = []
    private var posts: [PostedMessage] = []

    mutating func add(_ post: PostedMessage) {
        posts.append(post)
        messages.insert(post.id)
        rooms.insert(post.room)
    }

    /// - Parameter areLate: answers may have been projected before the messages that they answer.
    func writes(areLate: Bool) -> [Write] {
        if posts.isEmpty { return [] }
        var writes = [
            Write(insertion, touching: posts.count, otherwise: "the room has not been created"),
            UsageProjection.count(posts),
        ]
        let answers = posts.filter { $0.thread != nil }
        if areLate {
            writes.append(Write(recount))
        } else if !answers.isEmpty {
            writes.append(Write(Self.count(answers)))
        }
        return writes
    }

    /// Every room grows by its new messages, which take the numbers in between in the order of their positions.
    private var insertion: SQL {
        """
        WITH posts AS MATERIALIZED (
          SELECT * FROM unnest(
            \(posts.map(\.at.tenant)), \(posts.map(\.id.uuid)), \(posts.map(\.room.uuid)), \(posts.map(\.at.position)),
            \(posts.map(\.author.uuid)), \(posts.map(\.body)), \(posts.map { Self.array($0.mentions) }),
            \(posts.map { $0.thread?.uuid }), \(posts.map(\.attachments)), \(posts.map { $0.source?.system }),
            \(posts.map { $0.source?.id }), \(posts.map { $0.source?.time?.postgres }),
            \(posts.map { PostgresTimestamp(microsecondsSince1970: $0.at.recordedAt) })
          ) AS p(tenant, id, room, position, author, body, mentions, thread, attachments, source_system, source_id, source_time,
                 created_at)
        ), grown AS (
          UPDATE rm.rooms r SET last_seq = r.last_seq + n.count
            FROM (SELECT tenant, room, count(*) AS count FROM posts GROUP BY tenant, room) n
           WHERE r.tenant = n.tenant AND r.id = n.room
          RETURNING r.tenant, r.id AS room, r.last_seq - n.count AS base
        ), numbered AS (
          SELECT p.*, g.base + row_number() OVER (PARTITION BY p.tenant, p.room ORDER BY p.position) AS seq
            FROM posts p JOIN grown g ON g.tenant = p.tenant AND g.room = p.room
        ), mentioned AS (
          INSERT INTO rm.mentions (tenant, member, room, seq)
          SELECT DISTINCT n.tenant, u.member, n.room, n.seq
            FROM numbered n, unnest(n.mentions::uuid[]) u(member)
           WHERE n.mentions <> '{}' AND u.member <> n.author
        )
        INSERT INTO rm.messages (tenant, id, room, seq, position, author, body, mentions, thread, attachments,
                                 source_system, source_id, source_time, created_at)
        SELECT tenant, id, room, seq, position, author, body, mentions::uuid[], thread, attachments,
               source_system, source_id, source_time, created_at
          FROM numbered
        """
    }

    /// Adds the answers to their roots.
    private static func count(_ answers: [PostedMessage]) -> SQL {
        """
        UPDATE rm.messages m SET reply_count = m.reply_count + n.count
          FROM (SELECT tenant, root, count(*) AS count
                  FROM unnest(\(answers.map(\.at.tenant)), \(answers.compactMap { $0.thread?.uuid })) p(tenant, root)
                 GROUP BY tenant, root) n
         WHERE m.tenant = n.tenant AND m.id = n.root
        """
    }

    /// Counts the answers of these messages, and of those that they answer, anew.
    private var recount: SQL {
        let touched = posts.flatMap { post in
            [(post.at.tenant, post.id.uuid)] + (post.thread.map { [(post.at.tenant, $0.uuid)] } ?? [])
        }
        return """
            UPDATE rm.messages m
               SET reply_count = (SELECT count(*) FROM rm.messages a WHERE a.tenant = m.tenant AND a.thread = m.id)
              FROM (SELECT DISTINCT * FROM unnest(\(touched.map(\.0)), \(touched.map(\.1))) p(tenant, id)) n
             WHERE m.tenant = n.tenant AND m.id = n.id
            """
    }

    /// An array's text: `unnest` would flatten arrays of arrays.
    private static func array(_ users: [UserID]) -> String {
        "{" + users.map { $0.uuid.text }.joined(separator: ",") + "}"
    }
}
