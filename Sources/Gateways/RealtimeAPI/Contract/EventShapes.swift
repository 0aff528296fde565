internal import Events
internal import GatewayHTTP
internal import Projections

// What the events of a queue look like. They are written as bytes where they are derived, so what is said here is held against
// real ones by tests.

extension JSONShape {
    /// Any event of a queue.
    static var event: JSONShape {
        .tagged(key: "type", RealtimeType.allCases.map { .init($0.rawValue, event($0)) })
    }

    private static func event(_ type: RealtimeType) -> JSONShape {
        let name = type.rawValue.split { $0 == "." || $0 == "_" }.map(\.capitalized).joined() + "Event"
        return .named(
            name,
            .object(
                [
                    .init("number", .noted(.integer, .about("Counts the events of the queue from 1, without a gap."))),
                    .init("id", .identifier("evt")),
                    .init("type", .choice([type.rawValue])),
                    .init("recorded_at", .time),
                    .init("actor", actor),
                ] + (type.isOfRoom ? [.init("room_id", .identifier(RoomEvent.self))] : []) + [
                    .init("data", type.data),
                    .absentable("command_id", .noted(.text, .about("The caller's own key for the command."))),
                ]
            )
        )
    }

    private static var actor: JSONShape {
        let person = Field.absentable("on_behalf_of", .identifier(UserEvent.self))
        return .tagged(
            key: "type",
            [
                .init("user", actor("User", "user", [.init("id", .identifier(UserEvent.self)), person])),
                .init("integration", actor("Integration", "integration", [.init("name", .text), person])),
                .init("system", actor("System", "system", [person])),
            ]
        )
    }

    private static func actor(_ name: String, _ type: String, _ fields: [Field]) -> JSONShape {
        .named(name + "Actor", .object([.init("type", .choice([type]))] + fields))
    }

    fileprivate static var time: JSONShape { Timestamp.shape }
}

extension JSONShape.Field {
    /// One that is either there, with a value, or not.
    static func absentable(_ name: String, _ shape: JSONShape) -> JSONShape.Field {
        .init(name: name, shape: shape, required: false)
    }
}

extension RealtimeType {
    fileprivate var isOfRoom: Bool {
        switch self {
        case .messageCreated, .messageUpdated, .messageDeleted, .messageRangeDeleted, .messageReactionChanged,
            .readMarkerMoved, .roomChanged, .roomMemberChanged:
            true
        case .userChanged, .limitChanged, .billingChanged, .messageAuthorForgotten, .resync: false
        }
    }

    fileprivate var data: JSONShape {
        let version = JSONShape.Field("version", .integer)
        let message = JSONShape.Field("message_id", .identifier(MessageEvent.self))
        let user = JSONShape.identifier(UserEvent.self)
        let room: [JSONShape.Field] = [
            .init("id", .identifier(RoomEvent.self)), .init("kind", RoomEvent.Kind.shape), .init("name", .text),
            .init("topic", .nullable(.text)), .init("archived", .boolean), .init("created_at", .time),
        ]
        return switch self {
        case .messageCreated: .object([.init("message", .answer(MessageView.self))])
        case .messageUpdated:
            .object([
                message, .init("body", .nullable(.text)), .init("mentions", .array(user)), .init("editor_id", user),
                .init("edited_at", .time), version,
            ])
        case .messageDeleted:
            .object([
                message, .init("by", .nullable(user)), .init("reason", .nullable(.text)), .init("deleted_at", .time),
                version,
            ])
        case .messageRangeDeleted:
            .object([
                .init("from_seq", .integer), .init("to_seq", .integer), .init("author_id", .nullable(user)),
                .init("reason", .nullable(.text)), .init("deleted_at", .time), version,
            ])
        case .messageReactionChanged:
            .object([
                message, .init("emoji", .text), .init("user_id", user), .init("change", .choice(["added", "removed"])),
                version,
            ])
        case .messageAuthorForgotten: .object([.init("author_id", user)])
        case .readMarkerMoved: .object([message, .init("seq", .integer)])
        case .roomChanged:
            .object([
                .init("change", .choice(["created", "changed", "archived", "restored"])),
                .init("room", .noted(.object(room.map { .absentable($0.name, $0.shape) }), .about("What changed."))),
                version,
            ])
        case .roomMemberChanged:
            .object([
                .init("user_id", user), .init("change", .choice(["added", "removed", "role_changed"])),
                .init("role", .nullable(RoomRole.shape)), version,
                .absentable("room", .noted(.object(room + [version]), .about("As it is, for who is added."))),
            ])
        case .userChanged:
            .object([
                .init(
                    "change",
                    .choice(["joined", "profile_changed", "role_changed", "deactivated", "reactivated", "forgotten"])
                ),
                .init(
                    "user",
                    .object([
                        .init("id", user), .absentable("handle", .nullable(.text)),
                        .absentable("name", .nullable(.text)), .absentable("kind", UserEvent.Kind.shape),
                        .absentable("role", Role.shape), .absentable("active", .boolean),
                    ])
                ), version,
            ])
        case .limitChanged:
            .object([
                .init("change", .choice(["set", "alerted", "reached", "cleared"])),
                .init("meter", .choice(Meter.allCases.map(\.rawValue))),
                .absentable("source", .choice(LimitSource.allCases.map(\.rawValue))),
                .absentable("hard", .nullable(.integer)), .absentable("soft", .nullable(.integer)),
                .absentable("used", .integer), .absentable("period", .text),
            ])
        case .billingChanged:
            .object([
                .init("change", .choice(["closed"])), .init("period", .text),
                .init("quantities", .object(Meter.allCases.map { .init($0.rawValue, .integer) })),
            ])
        case .resync:
            .object([
                .init("scope", .choice(["all"])),
                .init("reason", .choice(["overflow", "role_changed", "reactivated", "repaired"])),
                .absentable("since", .time),
            ])
        }
    }
}

extension Substring {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
