internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Sessions

extension TenantAPI {
    var inviteEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/invites",
                "Invitations into the tenant that can still be taken, the newest first",
                for: .administrators
            ) { call in
                Reply(InvitesView(items: try await invites.pending(in: call.tenant).map { InviteView($0) }))
            },
            Endpoint(
                .post,
                "/api/invites",
                "Invites somebody by mail",
                as: .plain,
                for: .administrators,
                body: NewInvite.self,
                status: .created,
                problems: [.administratorsOnly, .invitePending, .emailInvalid],
                limit: .write,
                handle: invite
            ),
            Endpoint(
                .delete,
                "/api/invites/{invite}",
                "Takes an invitation back",
                as: .plain,
                for: .administrators,
                problems: [.administratorsOnly, .inviteOver],
                limit: .write
            ) { call in
                let id: InviteID = try call.id("invite")
                try await ask(.member, call)
                try await invites.revoke(id, of: call.tenant, by: call.user)
                return Reply<NoContent>()
            },
        ]
    }

    struct NewInvite: Decodable, Sendable {
        var email: String
        var role: Role?
    }

    struct InvitesView: Codable, EndpointAnswer {
        let items: [InviteView]
    }

    struct InviteView: Codable, EndpointAnswer {
        let id: String
        let email: String
        let role: Role
        /// Null for those of the founding.
        let invitedBy: String?
        let madeAt: Timestamp
        let expiresAt: Timestamp
        /// When its mail was handed on; null before, and where mail is not sent.
        let mailedAt: Timestamp?
        /// Why its mail never will be, such as `mail.refused`.
        let mailRefusal: String?

        private enum CodingKeys: String, CodingKey {
            case id, email, role
            case invitedBy = "invited_by"
            case madeAt = "made_at"
            case expiresAt = "expires_at"
            case mailedAt = "mailed_at"
            case mailRefusal = "mail_refusal"
        }

        init(_ invite: TenantInvites.Pending) {
            id = "\(invite.id)"
            email = invite.email
            role = invite.role
            invitedBy = invite.invitedBy.map { "\($0)" }
            madeAt = invite.madeAt
            expiresAt = invite.expiresAt
            mailedAt = invite.mailedAt
            mailRefusal = invite.mailRefusal
        }
    }

    struct InvitedView: Codable, EndpointAnswer {
        let id: String
        let expiresAt: Timestamp

        private enum CodingKeys: String, CodingKey {
            case id
            case expiresAt = "expires_at"
        }
    }

    private func invite(_ call: Call, _ body: NewInvite) async throws -> Reply<InvitedView> {
        let role = body.role ?? .member
        try await ask(role, call)
        let pending = try await invites.pending(in: call.tenant)
        guard !pending.contains(where: { $0.email.lowercased() == body.email.lowercased() }) else {
            throw Problem.invitePending
        }
        guard pending.count < TenantInvites.limit else { throw Problem.tooManyInvites }
        let made = try await invites.make(for: body.email, as: role, into: call.tenant, by: call.user)
        return Reply(InvitedView(id: "\(made.id)", expiresAt: made.expiresAt))
    }

    /// Refuses unless the caller may bring people of the role in. The log is asked, not the read models.
    private func ask(_ role: Role, _ call: Call) async throws {
        let caller = Caller(tenant: call.tenant, actor: .user(call.user), user: call.user)
        _ = try await commands.handle(AskInviter(of: role), in: CommandContext(caller: caller))
    }
}

extension Problem {
    fileprivate static var administratorsOnly: Problem {
        Problem(.forbidden, "role.administrator_required", "only administrators may do this")
    }
    fileprivate static var invitePending: Problem {
        Problem(.conflict, "invite.pending", "this address has been invited; take that back to invite it anew")
    }
    fileprivate static var tooManyInvites: Problem {
        Problem(.conflict, "invite.too_many", "\(TenantInvites.limit) invitations are pending; take some back")
    }
    fileprivate static var emailInvalid: Problem {
        Problem(.unprocessableContent, "email.invalid", "this is no e-mail address")
    }
    fileprivate static var inviteOver: Problem {
        Problem(.conflict, "invite.over", "the invitation has been taken")
    }
}
