internal import Events
internal import GatewayHTTP

/// Which end of a stream comes first.
enum AuditOrder: String, CaseIterable {
    case asc, desc
}

extension Parameter {
    private static let uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    private static let timeShape: JSONShape = Timestamp.shape
    /// Postgres counts so far.
    private static let positions: JSONShape = .integer(in: 0...(Int.max - 1))

    // MARK: Events

    static let actor = query(
        "actor",
        .noted(
            .form("the identifier of a user, system, or integration: and its name"),
            .pattern("^(user_\(uuid)|system|integration:.+)$")
        ),
        "Who did it, or on whose behalf it was done."
    )
    static let eventType = query("type", .text, "The name of a type, such as `messaging.message_posted`.")
    static let stream = query(
        "stream",
        .noted(.form("the identifier of a stream"), .pattern("^[a-z]+_\(uuid)$")),
        "Only events of this stream."
    )
    static let room = query("room", .identifier(RoomEvent.self), "What happened in a room or to it.")
    static let from = query("from", timeShape, "Only what was recorded then or later.")
    static let to = query("to", timeShape, "Only what was recorded then or earlier.")
    static let afterPosition = query(
        "after_position",
        positions,
        "Only events after this position: `through` of the last line, to go on."
    )
    static let throughPosition = query("through_position", positions, "Only events up to this position.")
    static let maxEvents = query("max_events", .integer(in: 1...Int(Int32.max)), "How many events at most.")

    // MARK: One stream

    static let order = query(
        "order",
        .choice(AuditOrder.allCases.map(\.rawValue)),
        "Whether the oldest or the newest events come first."
    )

    // MARK: As of

    static let entity = query(
        "entity",
        .noted(
            .form("the identifier of a room, a message or a user"),
            .pattern("^(room|msg|user)_\(uuid)$")
        ),
        "What is asked about.",
        isRequired: true
    )
    static let member = query("member", .identifier(UserEvent.self), "With a room: this user's membership of it.")
    static let position = query("position", positions, "A position of the log.")
    static let time = query("time", timeShape, "A time; without it and a position, now.")

    // MARK: Proofs

    static let provenPosition = query(
        "at",
        .integer(in: 1...(Int.max - 1)),
        "The position of an event of the tenant's.",
        isRequired: true
    )
    static let size = query(
        "size",
        .integer(in: 1...(Int.max - 1)),
        "The first signed head of at least so many events; the latest without."
    )
    static let oldSize = query(
        "old_size",
        positions,
        "How many events the log had by the head that was kept.",
        isRequired: true
    )
}
