internal import EventStore
package import Events

/// Whether a session still stands, as far as the log can say: that it was not used for too long, only its use can.
package struct SessionLife: Fold {
    package private(set) var holder: SessionEvent.Holder?
    package private(set) var isOpen = false
    package private(set) var expiresAt: Timestamp?
    private(set) var openedAt: Position?

    package init() {}

    package mutating func apply(_ event: SessionEvent, at place: Place) {
        switch event {
        case .opened(let holder, _, _, _, let expiresAt, _):
            self.holder = holder
            self.expiresAt = expiresAt
            isOpen = true
            openedAt = place.position
        case .refreshed: break
        case .closed: isOpen = false
        }
    }
}
