package import Events

/// How far a user has read a room.
package struct ReadState: Fold {
    package private(set) var marker: MessageID?

    package init() {}

    package mutating func apply(_ event: ReadStateEvent, at place: Place) {
        switch event {
        case .markerMoved(_, _, let message): marker = message
        }
    }
}
