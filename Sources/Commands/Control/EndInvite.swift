package import Events

/// Takes an invitation back.
package struct RevokeInvite: Command {
    package static let name = "revoke_invite"
    package let invite: InviteID
    /// Whose it has to be.
    package let tenant: TenantID
    package let by: UserID?

    package init(invite: InviteID, tenant: TenantID, by: UserID?) {
        self.invite = invite
        self.tenant = tenant
        self.by = by
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Invite> {
        try await loader.load(Invite.self, invite)
    }

    package func decide(_ state: Loaded<Invite>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.state.tenant == tenant else { throw .inviteUnknown }
        var decision = Decision<Done>()
        switch state.state.phase {
        case .pending: decision.append(.revoked(by: by), to: invite)
        case .revoked: break
        case .accepted, nil: throw .inviteOver
        }
        return decision
    }
}

/// Writes down that an invitation's mail is on its way.
package struct NoteInviteMailed: Command {
    package static let name = "note_invite_mailed"
    package let invite: InviteID

    package init(invite: InviteID) { self.invite = invite }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Invite> {
        try await loader.load(Invite.self, invite)
    }

    package func decide(_ state: Loaded<Invite>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.exists else { throw .inviteUnknown }
        var decision = Decision<Done>()
        if !state.state.mailIsOver { decision.append(.mailed, to: invite) }
        return decision
    }
}

/// Writes down that an invitation's mail will never be taken.
package struct NoteInviteMailRefused: Command {
    package static let name = "note_invite_mail_refused"
    package let invite: InviteID
    /// Such as `mail.refused`.
    package let code: String

    package init(invite: InviteID, code: String) {
        self.invite = invite
        self.code = code
    }

    package func load(by loader: borrowing StateLoader) async throws -> Loaded<Invite> {
        try await loader.load(Invite.self, invite)
    }

    package func decide(_ state: Loaded<Invite>, for caller: Caller) throws(Refusal) -> Decision<Done> {
        guard state.exists else { throw .inviteUnknown }
        var decision = Decision<Done>()
        if !state.state.mailIsOver { decision.append(.mailRefused(code: code), to: invite) }
        return decision
    }
}
