internal import EventStore
internal import Events
internal import Postgres

/// How far each user has read each room, forwards and back.
enum ReadStateProjection {
    static func writes(_ event: ReadStateEvent, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .markerMoved(let user, let room, let message):
            // A marker at a message that was set aside comes late, and may find a newer one. The room is compared so that its
            // index cannot serve: in a table without statistics Postgres takes it for as good as the key, and reads the room.
            let move: SQL = """
                INSERT INTO rm.read_markers AS x (tenant, member, room, seq, message, position)
                SELECT tenant, \(user.uuid), room, seq, id, \(raw.position) FROM rm.messages
                 WHERE tenant = \(raw.tenant) AND id = \(message.uuid) AND room IS NOT DISTINCT FROM \(room.uuid)
                ON CONFLICT (tenant, member, room) DO UPDATE SET
                  seq = CASE WHEN x.position < excluded.position THEN excluded.seq ELSE x.seq END,
                  message = CASE WHEN x.position < excluded.position THEN excluded.message ELSE x.message END,
                  position = greatest(x.position, excluded.position)
                """
            return [Write(move, touching: 1, otherwise: "the marked message is not in the room")]
        }
    }
}
