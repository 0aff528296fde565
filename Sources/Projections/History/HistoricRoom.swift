package import EventStore
package import Events

/// A room as it was at some position: all that its stream said by then.
package struct HistoricRoom: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var role: RoomRole
        /// When they came in.
        package var since: Timestamp
    }

    package struct RangeDelete: Sendable, Equatable {
        package var sequence: ClosedRange<Int64>
        /// Nil: whoever wrote them.
        package var author: UserID?
        package var by: UserID?
        package var reason: String?
        package var position: Position
        package var at: Timestamp
    }

    package internal(set) var kind: RoomEvent.Kind
    package internal(set) var name: String
    package internal(set) var topic: String?
    package internal(set) var archived = false
    package internal(set) var members: [UserID: Member] = [:]
    package internal(set) var rangeDeletes: [RangeDelete] = []
    package let createdAt: Timestamp
    package internal(set) var version: StreamVersion

    /// Nil if the first event does not open a room.
    init?(_ event: RoomEvent, at recorded: Recorded) {
        guard case .created(let kind, let name, let topic, _) = event else { return nil }
        self.kind = kind
        self.name = name
        self.topic = topic
        createdAt = recorded.recordedAt
        version = recorded.raw.version
    }

    mutating func apply(_ event: RoomEvent, at recorded: Recorded) {
        version = recorded.raw.version
        switch event {
        case .created: break
        case .changed(let name, let topic):
            self.name = name ?? self.name
            self.topic = topic ?? self.topic
        case .archived: archived = true
        case .restored: archived = false
        case .memberAdded(let user, let role): members[user] = Member(role: role, since: recorded.recordedAt)
        case .memberRemoved(let user): members[user] = nil
        case .memberRoleChanged(let user, let role): members[user]?.role = role
        case .messagesRangeDeleted(let from, let to, let author, let reason):
            guard from <= to else { return }
            rangeDeletes.append(
                RangeDelete(
                    sequence: from...to,
                    author: author,
                    by: recorded.metadata.user,
                    reason: reason,
                    position: recorded.position,
                    at: recorded.recordedAt
                )
            )
        }
    }
}
