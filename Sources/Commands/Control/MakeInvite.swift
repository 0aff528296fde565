package import Events

/// Invites whoever reads the mail of an address into a tenant. Whether the inviter may is the tenant's own log to say; whoever asks
/// for this has asked it before.
package struct MakeInvite: Command {
    package struct Answer: Codable, Sendable, Equatable {
        /// As it was made by the first request of the key.
        package var invite: InviteID
        package var expiresAt: Timestamp
    }

    package struct State: Sendable {
        package var invite: Loaded<Invite>
        package var tenant: Loaded<TenantPlace>
    }

    /// How long an invitation is good for.
    package static let lifetimeSeconds: Int64 = 14 * 86_400

    package static let name = "make_invite"
    package let invite: InviteID
    package let tenant: TenantID
    package let email: String
    package let role: Role
    /// Nil for those of the founding.
    package let by: UserID?

    package init(invite: InviteID, tenant: TenantID, email: String, role: Role, by: UserID?) {
        self.invite = invite
        self.tenant = tenant
        self.email = email
        self.role = role
        self.by = by
    }

    // Without `invite`: the server makes it anew for a retry, whose answer names the first one.
    private enum CodingKeys: String, CodingKey {
        case tenant, email, role, by
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            invite: try await loader.load(Invite.self, invite),
            tenant: try await loader.load(TenantPlace.self, tenant)
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        guard state.tenant.exists else { throw .tenantUnknown }
        try state.tenant.state.expectOpen()
        guard EmailAddress.isOne(email) else { throw .emailInvalid }
        let end = Timestamp(microseconds: caller.now.microseconds + Self.lifetimeSeconds * 1_000_000)
        var decision = Decision(Answer(invite: invite, expiresAt: end))
        guard !state.invite.exists else { return decision }
        decision.append(
            .invited(tenant: tenant, email: Personal(email, of: invite.person), role: role, by: by, expiresAt: end),
            to: invite
        )
        return decision
    }
}
