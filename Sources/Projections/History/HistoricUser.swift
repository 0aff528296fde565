package import EventStore
package import Events

/// A user as they were at some position.
package struct HistoricUser: Sendable, Equatable {
    /// Nil, as the name, if they have been forgotten since.
    package let handle: String?
    package internal(set) var name: String?
    package let kind: UserEvent.Kind
    package internal(set) var role: Role
    package internal(set) var active = true
    package let joinedAt: Timestamp
    package internal(set) var version: StreamVersion

    /// Nil if the first event lets nobody in.
    init?(_ event: UserEvent, at recorded: Recorded) {
        guard case .joined(let handle, let name, let kind, let role, _) = event else { return nil }
        self.handle = handle.text
        self.name = name.text
        self.kind = kind
        self.role = role
        joinedAt = recorded.recordedAt
        version = recorded.raw.version
    }

    mutating func apply(_ event: UserEvent, at recorded: Recorded) {
        version = recorded.raw.version
        switch event {
        case .joined: break
        case .profileChanged(let name): self.name = name.text
        case .roleChanged(let role): self.role = role
        case .deactivated: active = false
        case .reactivated: active = true
        case .forgotten:
            active = false
            name = nil
        }
    }
}
