package import Events
internal import Postgres

/// What a batch of events does to a set of read models, as statements in the order of the log.
protocol Changes {
    /// Whether the event is of the log that these read models are made from.
    func knows(_ event: AnyEvent) -> Bool

    mutating func apply(_ event: Recorded)

    /// All statements.
    mutating func finish() -> [Write]
}

/// The read models of one log, which share a checkpoint.
package struct ReadModelSet: Sendable {
    /// Of its checkpoints.
    package let name: String
    /// True when events are projected after others that follow them in the log.
    let changes: @Sendable (_ areLate: Bool) -> any Changes

    /// What tenants see: those of the product log, which a snapshot may contain.
    package static let product = ReadModelSet(name: "product") { ProductChanges(isLate: $0) }
    /// Who may come in: those of the control log.
    package static let control = ReadModelSet(name: "control") { _ in ControlChanges() }
}

/// What tenants see.
///
/// New messages are gathered and written as one, later than their turn: they wait until an event touches one of them,
/// deletes a range of one of their rooms or forgets somebody. Nothing else can tell the difference.
struct ProductChanges: Changes {
    private var writes: [Write] = []
    private var posts = PostedMessages()

    /// True when messages are projected after events that follow them in the log: what those counted is counted again.
    private let isLate: Bool

    init(isLate: Bool = false) {
        self.isLate = isLate
    }

    func knows(_ event: AnyEvent) -> Bool {
        if case .control = event { false } else { true }
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
        case .control: preconditionFailure("the event is of another log")
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
        case .limits(_, let change): writes += UsageProjection.writes(change, at: event.raw)
        case .usageReport(_, let change): writes += UsageProjection.writes(change, at: event.raw)
        case .usage(_, let change): writes += UsageProjection.writes(change, at: event)
        case .policies(_, let change): writes += PolicyProjection.writes(change, at: event.raw)
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
