internal import EventStore
internal import Events
internal import Postgres

/// Rooms, who was in them when, and the end of ranges of their messages.
enum RoomProjection {
    static func writes(_ event: RoomEvent, to room: RoomID, at recorded: Recorded) -> [Write] {
        let raw = recorded.raw
        let (tenant, id) = (raw.tenant, room.uuid)
        func change(_ assignments: SQL = "") -> Write {
            Write(
                "UPDATE rm.rooms SET \(assignments) version = \(raw.version) WHERE tenant = \(tenant) AND id = \(id)",
                touching: 1,
                otherwise: "the room has not been created"
            )
        }
        switch event {
        case .created(let kind, let name, let topic, _):
            return [
                Write(
                    """
                    INSERT INTO rm.rooms (tenant, id, kind, name, topic, created_at, version, position)
                    VALUES (\(tenant), \(id), \(kind), \(name), \(topic), \(recorded.recordedAt.postgres), \(raw.version),
                            \(raw.position))
                    """
                )
            ] + UsageProjection.change(.rooms, by: 1, at: raw)
        case .changed(let name, let topic):
            return [change("name = coalesce(\(name), name), topic = coalesce(\(topic), topic),")]
        case .archived: return [change("archived = true,")] + UsageProjection.change(.rooms, by: -1, at: raw)
        case .restored: return [change("archived = false,")] + UsageProjection.change(.rooms, by: 1, at: raw)
        case .memberAdded(let user, let role):
            let add: SQL = """
                INSERT INTO rm.memberships (tenant, room, member, from_position, role)
                VALUES (\(tenant), \(id), \(user.uuid), \(raw.position), \(role))
                ON CONFLICT (tenant, room, member) WHERE to_position IS NULL DO UPDATE SET role = excluded.role
                """
            return [change(), Write(add)]
        case .memberRemoved(let user):
            return [
                change(), Write("UPDATE rm.memberships SET to_position = \(raw.position) \(current(room, user, raw))"),
            ]
        case .memberRoleChanged(let user, let role):
            return [change(), Write("UPDATE rm.memberships SET role = \(role) \(current(room, user, raw))")]
        case .messagesRangeDeleted(let from, let to, let author, let reason):
            // Messages after the event in the log have later places, so the range can only mean what was there; that it is
            // said again by the position costs nothing.
            var range: SQL = """
                m.room = \(id) AND m.seq BETWEEN \(from) AND \(to) AND m.position < \(raw.position)
                """
            if let author { range += " AND m.author = \(author.uuid)" }
            return [
                change(),
                Deletion(by: recorded.metadata.user, reason: reason, at: recorded).write(where: range),
            ]
        }
    }

    private static func current(_ room: RoomID, _ user: UserID, _ raw: RecordedEvent) -> SQL {
        """
        WHERE tenant = \(raw.tenant) AND room = \(room.uuid) AND member = \(user.uuid) AND to_position IS NULL
        """
    }
}
