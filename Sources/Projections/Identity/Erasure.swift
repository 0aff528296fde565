internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// The end of what a forgotten person said, wherever the read models keep it. Their messages keep their places, versions,
/// answers and reactions, and say nothing, nor whom they mentioned.
///
/// Nothing of it depends on when it is done, since whatever is decoded after the key is gone says nothing from the start: so
/// a rebuild comes to the same rows. Whoever said much is therefore erased in steps before the event that says so, each a
/// transaction of its own (``PartitionProjection``); what the event's own transaction finds is at most its own batch's.
struct Erasure {
    /// Messages of one step: some tens of milliseconds.
    static let step = 10_000

    private let author: UserID
    private let tenant: UUID

    init(of author: UserID, in tenant: UUID) {
        self.author = author
        self.tenant = tenant
    }

    /// Erases up to `limit` messages after `position`, in order; its row says where it has come to and how many there were.
    func erasing(after position: Position = 0, limit: Int = .max) -> SQL {
        """
        WITH said AS MATERIALIZED (
          SELECT m.id, m.room, m.seq, m.position FROM rm.messages m
           WHERE m.tenant = \(tenant) AND m.author = \(author.uuid) AND m.position > \(position)
             AND (m.body IS NOT NULL OR m.mentions <> '{}' OR m.attachments IS NOT NULL
                  OR EXISTS (SELECT FROM rm.revisions r
                              WHERE r.tenant = m.tenant AND r.message = m.id AND r.body IS NOT NULL))
           ORDER BY m.position LIMIT \(limit)
        ), messages AS (
          UPDATE rm.messages m SET body = NULL, mentions = '{}', attachments = NULL
            FROM said WHERE m.tenant = \(tenant) AND m.id = said.id
        ), revisions AS (
          UPDATE rm.revisions r SET body = NULL FROM said WHERE r.tenant = \(tenant) AND r.message = said.id
        ), mentions AS (
          DELETE FROM rm.mentions x USING said WHERE x.tenant = \(tenant) AND x.room = said.room AND x.seq = said.seq
        )
        SELECT max(position), count(*) FROM said
        """
    }
}
