package import EventStore
package import Events

/// The state of one stream as far as decisions need it.
package protocol Fold: Sendable {
    associatedtype Vocabulary: Event

    /// The state of a stream without events.
    init()
    mutating func apply(_ event: Vocabulary, at place: Place)
}

/// Where a folded event stands.
package struct Place: Sendable {
    package var version: StreamVersion
    package var position: Position
    package var recordedAt: Timestamp

    package init(version: StreamVersion, position: Position, recordedAt: Timestamp) {
        self.version = version
        self.position = position
        self.recordedAt = recordedAt
    }
}
