package import EventStore
package import Events

/// The state of one stream as far as decisions need it.
///
/// A value, kept in a cache and shared by many decisions: what is large lies in copy-on-write collections. It keeps no
/// personal text, only digests to compare with.
package protocol Fold: Sendable {
    associatedtype Vocabulary: Event

    /// About how many bytes it takes up in memory, for the cache's bound.
    var weight: Int { get }

    /// The state of a stream without events.
    init()
    mutating func apply(_ event: Vocabulary, at place: Place)
}

extension Fold {
    package var weight: Int { 256 }
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
