package import Events

/// An invitation into a tenant, as decisions need it.
package struct Invite: Fold {
    package enum Phase: Sendable, Equatable {
        case pending(until: Timestamp)
        case accepted(AccountID, UserID)
        case revoked
    }

    package private(set) var phase: Phase?
    package private(set) var tenant: TenantID?
    package private(set) var role: Role = .member
    private(set) var emailDigest: [UInt8]?
    /// Whether nothing more becomes of its mail: it is on its way, or refused for good.
    private(set) var mailIsOver = false

    package init() {}

    package mutating func apply(_ event: InviteEvent, at place: Place) {
        switch event {
        case .invited(let tenant, let email, let role, _, let expiresAt):
            self.tenant = tenant
            self.role = role
            emailDigest = email.text.map(EmailAddress.digest)
            phase = .pending(until: expiresAt)
        case .accepted(let account, let user): phase = .accepted(account, user)
        case .revoked: phase = .revoked
        case .mailed, .mailRefused: mailIsOver = true
        }
    }
}
