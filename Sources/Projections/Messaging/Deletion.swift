internal import EventStore
internal import Events
internal import Postgres

/// The end of what messages said, wherever the read models keep it.
struct Deletion {
    private let by: UserID?
    private let reason: String?
    private let event: Recorded

    init(by: UserID?, reason: String?, at event: Recorded) {
        self.by = by
        self.reason = reason
        self.event = event
    }

    /// Leaves tombstones of those messages `m` of the event's tenant that are not deleted yet.
    func write(where condition: SQL) -> Write {
        Write(
            """
            WITH gone AS (
              UPDATE rm.messages m
                 SET body = NULL, mentions = '{}', attachments = NULL, version = version + 1,
                     deleted_at = \(event.recordedAt.postgres), deleted_by = \(by?.uuid), deleted_reason = \(reason)
               WHERE m.tenant = \(event.raw.tenant) AND m.deleted_at IS NULL AND \(condition)
              RETURNING m.tenant, m.id, m.room, m.seq
            ), reactions AS (
              DELETE FROM rm.reactions x USING gone WHERE x.tenant = gone.tenant AND x.message = gone.id
            ), revisions AS (
              DELETE FROM rm.revisions x USING gone WHERE x.tenant = gone.tenant AND x.message = gone.id
            )
            DELETE FROM rm.mentions x USING gone WHERE x.tenant = gone.tenant AND x.room = gone.room AND x.seq = gone.seq
            """
        )
    }
}
