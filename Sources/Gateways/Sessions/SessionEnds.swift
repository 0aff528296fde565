package import EventStore
package import Events
package import Foundation

/// What a session can end with.
package enum SessionRoot: Hashable, Sendable {
    /// Itself, or the one that it was opened from.
    case session(SessionID)
    case account(AccountID)
    case user(UserID, of: TenantID)
    case credential(CredentialID)
    /// Where it is one of a user.
    case tenant(TenantID)
    /// What it, or the one that it was opened from, was logged in by.
    case identity(IdentityID)
    /// The session at the provider that it came from.
    case providerSession(UUID)
    /// The same identity, where it is not known which session at the provider that was.
    case unnamedSession(of: IdentityID)
}

/// What a session rests on, as it was read.
package struct SessionBasis: Sendable {
    package let roots: [SessionRoot]
    /// The position in the control log of what it was read from: no end up to there has ended it.
    package let asOf: Position

    package init(roots: [SessionRoot], asOf: Position) {
        self.roots = roots
        self.asOf = asOf
    }
}

/// What has ended sessions of late, by the control log, so that it holds before it is projected and though nobody projects.
package struct SessionEnds: Sendable {
    private struct End {
        let position: Position
        let heard: ContinuousClock.Instant
    }

    /// The types of event that `roots` knows.
    static let types = Set(
        [SessionEvent.types[2], PrincipalEvent.types[0], PrincipalEvent.types[1], PrincipalEvent.types[3]].map(\.name)
            + [
                AccountEvent.types[4].name, TenantEvent.types[3].name, TenantEvent.types[5].name,
                IdentityEvent.types[1].name, IdentityEvent.types[2].name,
            ]
    )

    private var ends: [SessionRoot: End] = [:]

    package init() {}

    package var isEmpty: Bool { ends.isEmpty }

    /// Whether one of these has ended it since it was read.
    package func cover(_ basis: SessionBasis) -> Bool {
        basis.roots.contains { root in ends[root].map { $0.position > basis.asOf } ?? false }
    }

    /// What an event ends; none if it ends nothing.
    static func roots(of event: ControlEvent) -> [SessionRoot] {
        switch event {
        case .session(let id, .closed): [.session(id)]
        case .account(let id, .sessionsEnded): [.account(id)]
        case .principal(_, .sessionsEnded(let tenant, let user)), .principal(_, .forgotten(let tenant, let user, _)):
            [.user(user, of: tenant)]
        case .principal(_, .credentialRevoked(let credential)): [.credential(credential)]
        case .tenant(let id, .suspended), .tenant(let id, .deleted): [.tenant(id)]
        case .identity(let id, .unlinked), .identity(let id, .loggedOut(_, nil, _, _)): [.identity(id)]
        case .identity(let id, .loggedOut(_, let session?, _, _)):
            [.providerSession(session), .unnamedSession(of: id)]
        default: []
        }
    }

    /// - Returns: false if it was known.
    mutating func insert(_ root: SessionRoot, at position: Position, heard: ContinuousClock.Instant) -> Bool {
        guard ends[root].map({ $0.position < position }) ?? true else { return false }
        ends[root] = End(position: position, heard: heard)
        return true
    }

    /// Forgets what was heard before a time, and is in the read models.
    mutating func forget(heardBefore time: ContinuousClock.Instant, projected: Position) {
        ends = ends.filter { $0.value.heard >= time || $0.value.position > projected }
    }
}
