package import Events

/// Takes an invitation: the person is a user of the tenant from here on. Only for whom an issuer has vouched that the address is
/// theirs, so that a link that was passed on lets nobody in.
///
/// Asked without a user it only says whether it could be taken.
package struct AcceptInvite: Command {
    package struct State: Sendable {
        package var invite: Loaded<Invite>
        package var account: Loaded<Account>
        /// Where it leads; nil for one that was never made.
        package var tenant: Loaded<TenantPlace>?
    }

    package struct Answer: Codable, Sendable, Equatable {
        package var tenant: TenantID
        package var role: Role
        /// Who the person is already, if they are.
        package var user: UserID?
    }

    package static let name = "accept_invite"
    package let invite: InviteID
    package let account: AccountID
    package let user: UserID?

    package init(invite: InviteID, account: AccountID, user: UserID?) {
        self.invite = invite
        self.account = account
        self.user = user
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let invite = try await loader.load(Invite.self, invite)
        var state = State(invite: invite, account: try await loader.load(Account.self, account))
        if let tenant = invite.state.tenant { state.tenant = try await loader.load(TenantPlace.self, tenant) }
        return state
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        let invite = state.invite.state
        guard let tenant = invite.tenant, state.account.exists else { throw .inviteUnknown }
        try state.tenant?.state.expectOpen()
        let present = state.account.state.memberships[tenant]
        var decision = Decision(Answer(tenant: tenant, role: invite.role, user: present))
        switch invite.phase {
        case .accepted(let account, _):
            guard account == self.account else { throw .inviteUnknown }
            return decision
        case .pending(let until): guard until > caller.now else { throw .inviteOver }
        case .revoked, nil: throw .inviteOver
        }
        guard state.account.state.emailIsVerified, let mine = state.account.state.emailDigest,
            mine == invite.emailDigest
        else { throw .inviteOfAnother }
        guard let user else { return decision }
        decision.answer.user = present ?? user
        decision.append(.accepted(account: account, user: present ?? user), to: self.invite)
        if present == nil { decision.append(.membershipAdded(tenant: tenant, user: user), to: account) }
        return decision
    }
}
