internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Postgres
internal import Projections
internal import Sessions

extension OrgsAPI {
    var inviteEndpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/orgs/invites/accept",
                "Takes an invitation: the caller is a user of the tenant from here on",
                access: .account,
                body: Acceptance.self,
                limit: .invite,
                handle: accept
            )
        ]
    }

    struct Acceptance: Decodable, Sendable, NotedFields {
        /// As the mail has it.
        var token: String
        var handle: String
        var name: String

        static let notes: [String: JSONShape.Note] = [
            "handle": .pattern("^[A-Za-z0-9._-]{1,64}$", "Kept in lower case."), "name": .line(User.nameLengths),
        ]
    }

    struct MembershipView: Codable, EndpointAnswer {
        let tenantID: String
        let org: String
        let userID: String

        private enum CodingKeys: String, CodingKey {
            case org
            case tenantID = "tenant_id"
            case userID = "user_id"
        }
    }

    /// The user is made in the tenant before the invitation is taken: whoever dies between the two, or is refused the handle, asks
    /// again and goes on.
    private func accept(_ call: Call, _ body: Acceptance) async throws -> Reply<MembershipView> {
        guard let invite = tokens.invite(of: body.token) else {
            throw Problem.notFound("invite.not_found", "there is no such invitation")
        }
        let account = call.account.account
        let offer = try await run(AcceptInvite(invite: invite, account: account, user: nil), for: call, isKeyed: false)
        let (place, slug, commands) = try await place(of: offer.tenant)
        let user = offer.user ?? UserID(account, in: offer.tenant)
        if offer.user == nil { try await join(user, as: offer.role, called: body, at: place, by: commands) }
        _ = try await run(AcceptInvite(invite: invite, account: account, user: user), for: call)
        return Reply(MembershipView(tenantID: "\(offer.tenant)", org: slug, userID: "\(user)"))
    }

    private func join(
        _ user: UserID,
        as role: Role,
        called names: Acceptance,
        at place: Tenant,
        by commands: CommandHandler
    ) async throws {
        let context = CommandContext(caller: Caller(tenant: place, actor: .system, user: nil))
        let add = AddUser(user: user, handle: names.handle, name: names.name, role: role)
        do { _ = try await commands.handle(add, in: context) } catch .refused(let refusal)
            where refusal.code == "user.exists"
        {
            // An earlier try came as far as this, with another handle.
        }
    }

    private func place(of tenant: TenantID) async throws -> (Tenant, slug: String, commands: CommandHandler) {
        let rows = try await reads.pool.query(
            """
            SELECT t.partition, t.cell, o.slug FROM rm.tenants t JOIN rm.orgs o ON o.tenant = t.tenant
             WHERE t.tenant = \(tenant.uuid) AND t.state = 'active'
            """,
            as: (Int32, String, String).self
        )
        guard let (partition, cell, slug) = rows.first, let commands = cells[cell] else {
            throw Problem.notFound("tenant.not_found", "there is no such tenant")
        }
        return (Tenant(id: tenant.uuid, partition: Partition(partition)), slug, commands)
    }
}
