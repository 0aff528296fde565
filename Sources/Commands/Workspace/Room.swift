internal import EventStore
package import Events

/// A room, as decisions need it.
package struct Room: Fold {
    /// In Unicode scalars.
    package static let nameLengths = 1...120
    package static let topicLengths = 0...1000

    /// Messages that were deleted together.
    struct DeletedRange: Sendable {
        let sequence: ClosedRange<Int64>
        /// Nil: whoever wrote them.
        let author: UserID?
        /// Of the deletion: what was posted after it is not concerned.
        let position: Position
    }

    package private(set) var kind: RoomEvent.Kind = .private
    package private(set) var name = ""
    package private(set) var topic: String?
    package private(set) var archived = false
    package private(set) var members: [UserID: RoomRole] = [:]
    private(set) var deletedRanges: [DeletedRange] = []

    package var weight: Int { 512 + members.count * 48 + deletedRanges.count * 64 }

    package init() {}

    package mutating func apply(_ event: RoomEvent, at place: Place) {
        switch event {
        case .created(let kind, let name, let topic, _):
            self.kind = kind
            self.name = name
            self.topic = topic
        case .changed(let name, let topic):
            self.name = name ?? self.name
            self.topic = topic ?? self.topic
        case .archived: archived = true
        case .restored: archived = false
        case .memberAdded(let user, let role), .memberRoleChanged(let user, let role): members[user] = role
        case .memberRemoved(let user): members[user] = nil
        case .messagesRangeDeleted(let from, let to, let author, _):
            guard from <= to else { return }
            deletedRanges.append(DeletedRange(sequence: from...to, author: author, position: place.position))
        }
    }

    /// Whether a range-delete took the message with this sequence number.
    func hasDeleted(_ seq: Int64, by author: UserID, postedAt position: Position) -> Bool {
        deletedRanges.contains {
            $0.sequence.contains(seq) && ($0.author ?? author) == author && position < $0.position
        }
    }
}
