internal import Events
internal import Postgres

/// What a batch of events does to the read models, as statements in the order of the log.
///
/// New messages are gathered and written as one, later than their turn: they wait until an event touches one of them,
/// deletes a range of one of their rooms or forgets somebody. Nothing else can tell the difference.
struct Changes {
    private var writes: [Write] = []
    private var posts = PostedMessages()

    /// True when messages are projected after events that follow them in the log: what those counted is counted again.
    private let isLate: Bool

    init(isLate: Bool = false) {
        self.isLate = isLate
    }

    mutating func apply(_ event: Recorded) {
        switch event.event {
        case .user(let id, let change):
            if case .forgotten = change { writePosts() }
            writes += UserProjection.writes(change, to: id, at: event.raw)
        // Only the log needs it: the handle itself comes with the user.
        case .handle: break
        // Done by `PartitionProjection`, between batches.
        case .repair: break
        case .room(let id, let change):
            if case .messagesRangeDeleted = change, posts.rooms.contains(id) { writePosts() }
            writes += RoomProjection.writes(change, to: id, at: event)
        case .message(
            let id,
            .posted(let room, let author, let body, let mentions, let thread, let attachments, let source)
        ):
            posts.add(
                PostedMessage(
                    id: id,
                    room: room,
                    author: author,
                    body: body.text,
                    // Whom a forgotten text mentioned is forgotten with it.
                    mentions: body.text == nil ? [] : mentions,
                    thread: thread,
                    attachments: attachments?.json.map { PostgresJSON($0) },
                    source: source,
                    at: event.raw
                )
            )
        case .message(let id, let change):
            if posts.messages.contains(id) { writePosts() }
            writes += MessageProjection.writes(change, to: id, at: event)
        case .readState(_, let change):
            if case .markerMoved(_, _, let message) = change, posts.messages.contains(message) { writePosts() }
            writes += ReadStateProjection.writes(change, at: event.raw)
        }
    }

    /// All statements.
    mutating func finish() -> [Write] {
        writePosts()
        return writes
    }

    private mutating func writePosts() {
        writes += posts.writes(areLate: isLate)
        posts = PostedMessages()
    }
}
