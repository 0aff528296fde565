internal import EventStore
internal import Events

extension RealtimeDerivation {
    /// Nil for a room that the read models do not know.
    static func room(_ id: RoomID, _ event: RoomEvent, _ recorded: Recorded, _ fact: RealtimeFacts.Room?) -> Told? {
        let version = recorded.raw.version
        switch event {
        case .created(let kind, let name, let topic, _):
            return changed("created", id, kind, version) {
                $0.add("id", "\(id)")
                $0.add("kind", kind.rawValue)
                $0.add("name", name)
                $0.add("topic", topic)
                $0.add("archived", false)
                $0.add("created_at", "\(recorded.recordedAt)")
            }
        case .changed(let name, let topic):
            return changed("changed", id, fact?.kind, version) {
                if let name { $0.add("name", name) }
                if let topic { $0.add("topic", topic) }
            }
        case .archived: return changed("archived", id, fact?.kind, version) { $0.add("archived", true) }
        case .restored: return changed("restored", id, fact?.kind, version) { $0.add("archived", false) }
        case .memberAdded(let user, let role):
            guard let fact, let shape = RoomShape(fact, through: version) else { return nil }
            return member("added", user, role, id, .members(of: id), version) {
                $0.add("id", "\(id)")
                $0.add("kind", fact.kind.rawValue)
                $0.add("name", shape.name)
                $0.add("topic", shape.topic)
                $0.add("archived", shape.archived)
                $0.add("created_at", "\(fact.createdAt)")
                $0.add("version", version)
            }
        case .memberRemoved(let user): return member("removed", user, nil, id, .membersAndFormer(of: id, user), version)
        case .memberRoleChanged(let user, let role):
            return member("role_changed", user, role, id, .members(of: id), version)
        case .messagesRangeDeleted(let from, let to, let author, let reason):
            return Told(.messageRangeDeleted, id, .members(of: id)) {
                $0.add("from_seq", from)
                $0.add("to_seq", to)
                $0.add("author_id", author.map { "\($0)" })
                $0.add("reason", reason)
                $0.add("deleted_at", "\(recorded.recordedAt)")
                $0.add("version", version)
            }
        }
    }

    private static func changed(
        _ change: String,
        _ id: RoomID,
        _ kind: RoomEvent.Kind?,
        _ version: StreamVersion,
        _ fields: (inout JSONText) -> Void
    ) -> Told? {
        guard let kind else { return nil }
        return Told(.roomChanged, id, kind == .channel ? .channel(id) : .members(of: id)) {
            $0.add("change", change)
            $0.add("room", fields)
            $0.add("version", version)
        }
    }

    private static func member(
        _ change: String,
        _ user: UserID,
        _ role: RoomRole?,
        _ room: RoomID,
        _ audience: Audience,
        _ version: StreamVersion,
        _ fields: ((inout JSONText) -> Void)? = nil
    ) -> Told {
        Told(.roomMemberChanged, room, audience) {
            $0.add("user_id", "\(user)")
            $0.add("change", change)
            $0.add("role", role?.rawValue)
            $0.add("version", version)
            if let fields { $0.add("room", fields) }
        }
    }
}

/// What a room looked like at one version of its stream.
private struct RoomShape {
    var name = ""
    var topic: String?
    var archived = false

    /// Nil if the room's beginning is not in its history.
    init?(_ fact: RealtimeFacts.Room, through version: StreamVersion) {
        guard case .created(_, let name, let topic, _) = fact.history.first?.event else { return nil }
        self.name = name
        self.topic = topic
        for item in fact.history.dropFirst() where item.version <= version {
            switch item.event {
            case .changed(let name, let topic):
                self.name = name ?? self.name
                self.topic = topic ?? self.topic
            case .archived: archived = true
            case .restored: archived = false
            case .created, .memberAdded, .memberRemoved, .memberRoleChanged, .messagesRangeDeleted: break
            }
        }
    }
}
