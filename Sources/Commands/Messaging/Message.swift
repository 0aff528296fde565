internal import EventStore
package import Events

/// A message, as decisions need it.
package struct Message: Fold {
    struct Reaction: Hashable, Sendable {
        let user: UserID
        let emoji: String
    }

    package private(set) var room: RoomID?
    package private(set) var author: UserID?
    /// The root that it answers.
    package private(set) var thread: MessageID?
    package private(set) var postedAt = Timestamp(microseconds: 0)
    private(set) var postedPosition: Position = 0
    private(set) var hasAttachments = false
    private(set) var deleted = false
    private(set) var reactions: Set<Reaction> = []
    /// Of the body as it was posted, by which a retry is known; nil for one that has been forgotten.
    private(set) var postedDigest: [UInt8]?
    /// Of the present body.
    private(set) var bodyDigest: [UInt8]?

    package var weight: Int { 384 + reactions.count * 64 }

    package init() {}

    package mutating func apply(_ event: MessageEvent, at place: Place) {
        switch event {
        case .posted(let room, let author, let body, _, let thread, let attachments, _):
            self.room = room
            self.author = author
            self.thread = thread
            hasAttachments = attachments != nil
            postedAt = place.recordedAt
            postedPosition = place.position
            postedDigest = body.text.map(PlainText.digest)
            bodyDigest = postedDigest
        case .edited(_, _, let body, _, _): bodyDigest = body.text.map(PlainText.digest)
        case .deleted:
            deleted = true
            reactions = []
        case .reactionAdded(_, let user, let emoji, _): reactions.insert(Reaction(user: user, emoji: emoji))
        case .reactionRemoved(_, let user, let emoji): reactions.remove(Reaction(user: user, emoji: emoji))
        }
    }
}
