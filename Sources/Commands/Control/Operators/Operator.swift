package import Events

/// An account's standing as an operator, as decisions need it.
package struct Operator: Fold {
    /// Nil for who is none.
    package private(set) var role: OperatorRole?

    package init() {}

    package mutating func apply(_ event: OperatorEvent, at place: Place) {
        switch event {
        case .granted(_, let role): self.role = role
        case .revoked: role = nil
        }
    }
}

/// A request of an operator: there is nothing more to know of it than that it was.
package struct OperatorCall: Fold {
    package init() {}

    package mutating func apply(_ event: OperatorCallEvent, at place: Place) {}
}
