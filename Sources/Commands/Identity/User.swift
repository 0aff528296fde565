package import Events

/// A user of the tenant, as decisions need them.
package struct User: Fold {
    /// In Unicode scalars.
    package static let nameLengths = 1...120

    package private(set) var role: Role = .member
    package private(set) var kind: UserEvent.Kind = .person
    package private(set) var active = false
    package private(set) var forgotten = false
    /// Of the present name; nil for a name that has been forgotten.
    private(set) var nameDigest: [UInt8]?

    package init() {}

    package mutating func apply(_ event: UserEvent, at place: Place) {
        switch event {
        case .joined(_, let name, let kind, let role, _):
            self.role = role
            self.kind = kind
            active = true
            nameDigest = name.text.map(PlainText.digest)
        case .profileChanged(let name): nameDigest = name.text.map(PlainText.digest)
        case .roleChanged(let role): self.role = role
        case .deactivated: active = false
        case .reactivated: active = true
        case .forgotten:
            active = false
            forgotten = true
            nameDigest = nil
        }
    }
}
