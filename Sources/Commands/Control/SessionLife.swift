internal import EventStore
package import Events

/// Whether a session still stands, as far as the log can say: that it was not used for too long, only its use can.
package struct SessionLife: Fold {
    package private(set) var holder: SessionEvent.Holder?
    package private(set) var isOpen = false
    package private(set) var expiresAt: Timestamp?
    private(set) var openedAt: Position?
    /// The login at a provider that it came from, if it came from one.
    private(set) var login: SessionEvent.Login?
    /// When the person showed last who they are; nil for a session that came from no provider.
    private(set) var authenticatedAt: Timestamp?

    package init() {}

    package mutating func apply(_ event: SessionEvent, at place: Place) {
        switch event {
        case .opened(let holder, _, _, _, let expiresAt, _, let login):
            self.holder = holder
            self.expiresAt = expiresAt
            isOpen = true
            openedAt = place.position
            self.login = login
            authenticatedAt = login?.authenticatedAt
        case .refreshed: break
        case .reauthenticated(let at): authenticatedAt = at
        case .closed: isOpen = false
        }
    }
}
