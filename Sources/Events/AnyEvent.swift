package import EventStore

/// An event of any stream of the product log.
package enum AnyEvent: Sendable, Equatable {
    case user(UserID, UserEvent)
    case handle(HandleID, HandleEvent)
    case room(RoomID, RoomEvent)
    case message(MessageID, MessageEvent)
    case readState(ReadStateID, ReadStateEvent)
}

/// Which streams there are: the one list that knows every kind.
package enum EventCatalog {
    package static let kinds: [any Event.Type] = [
        UserEvent.self, HandleEvent.self, RoomEvent.self, MessageEvent.self, ReadStateEvent.self,
    ]

    /// The kind of stream that an event name belongs to, whatever its version.
    static let kindByName: [String: any Event.Type] = Dictionary(
        uniqueKeysWithValues: kinds.flatMap { kind in Set(kind.types.map(\.name)).map { ($0, kind) } }
    )

    static let currentVersion: [String: Int] = Dictionary(
        uniqueKeysWithValues: kinds.flatMap { kind in kind.types.map { ($0.name, $0.version) } }
    )
}
