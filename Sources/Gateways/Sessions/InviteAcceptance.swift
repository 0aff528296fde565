package import Commands
package import EventStore
package import Events
internal import Foundation
package import Postgres
package import Projections

/// How somebody takes an invitation: they become a user of the tenant, and the tenant one of their account's.
package struct InviteAcceptance: Sendable {
    /// Whom the person is in the tenant.
    package struct Membership: Sendable {
        package let tenant: Tenant
        /// The organization's name in web addresses.
        package let slug: String
        package let user: UserID
    }

    /// What a link leads to, for whoever has it.
    package struct Invitation: Sendable {
        package let id: InviteID
        /// The organization's name for people.
        package let org: String
        /// Whether it can still be taken, as far as the read models know.
        package let isPending: Bool
    }

    private let tokens: InviteTokens
    private let control: CommandHandler
    private let reads: ReadModels
    private let cells: [String: CommandHandler]

    /// - Parameter cells: the commands of the tenants' own logs, by cell.
    package init(control: ControlPlane, cells: [String: CommandHandler], masterKey: any KeyManagement) {
        tokens = InviteTokens(masterKey: masterKey)
        self.control = control.handler
        reads = control.reads
        self.cells = cells
    }

    /// The invitation that a link's token was made for; nil for any other text, and where the organization is not there.
    package func invitation(of token: String) async throws(PostgresError) -> Invitation? {
        guard let invite = tokens.invite(of: token) else { return nil }
        let rows = try await reads.pool.query(
            """
            SELECT o.name, i.state = 'pending' AND i.expires_at > now()
              FROM rm.invites i JOIN rm.tenants t ON t.tenant = i.tenant AND t.state = 'active'
              JOIN rm.orgs o ON o.tenant = i.tenant
             WHERE i.invite = \(invite.uuid)
            """,
            as: (String, Bool).self
        )
        return rows.first.map { Invitation(id: invite, org: $0, isPending: $1) }
    }

    /// What somebody would take by a link. Refused as taking it would be.
    package func offer(
        _ token: String,
        to account: AccountID,
        in context: CommandContext
    ) async throws -> AcceptInvite.Answer {
        guard let invite = tokens.invite(of: token) else { throw CommandError.refused(.inviteUnknown) }
        return try await offer(invite, to: account, in: context)
    }

    private func offer(
        _ invite: InviteID,
        to account: AccountID,
        in context: CommandContext
    ) async throws -> AcceptInvite.Answer {
        // The request's key stands for the acceptance, not for what is asked before it.
        var asking = context
        asking.idempotencyKey = nil
        return try await control.handle(AcceptInvite(invite: invite, account: account, user: nil), in: asking).answer
    }

    /// Takes an invitation, and waits a moment for the read models to hold it.
    ///
    /// The user is made in the tenant before the invitation is taken: whoever dies between the two, or is refused the handle, asks
    /// again and goes on. Whoever is a user already needs neither handle nor name.
    ///
    /// - Parameter context: in the control log, of the person.
    package func accept(
        _ token: String,
        as account: AccountID,
        handle: String,
        name: String,
        in context: CommandContext
    ) async throws -> Membership {
        guard let invite = tokens.invite(of: token) else { throw CommandError.refused(.inviteUnknown) }
        let offer = try await offer(invite, to: account, in: context)
        let (place, slug, commands) = try await place(of: offer.tenant)
        let user = offer.user ?? UserID(account, in: offer.tenant)
        if offer.user == nil {
            try await join(AddUser(user: user, handle: handle, name: name, role: offer.role), at: place, by: commands)
        }
        let result = try await control.handle(AcceptInvite(invite: invite, account: account, user: user), in: context)
        _ = try await reads.wait(for: .installation, past: result.position, timeout: .seconds(2))
        return Membership(tenant: place, slug: slug, user: result.answer.user ?? user)
    }

    private func join(_ add: AddUser, at place: Tenant, by commands: CommandHandler) async throws {
        let context = CommandContext(caller: Caller(tenant: place, actor: .system, user: nil))
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
        guard let (partition, cell, slug) = rows.first else { throw CommandError.refused(.tenantUnknown) }
        guard let commands = cells[cell] else {
            throw CommandError.unavailable("the cell \(cell) is not served here")
        }
        return (Tenant(id: tenant.uuid, partition: Partition(partition)), slug, commands)
    }
}
