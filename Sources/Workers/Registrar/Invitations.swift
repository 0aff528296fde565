package import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Projections

/// Writes to those who are invited.
package struct Invitations: Sendable {
    /// One letter.
    package struct Letter: Sendable {
        /// The same for each try, so that a mail that went out twice is known for one.
        package let key: String
        package let address: String
        /// The organization's name, such as `Acme, Inc.`
        package let org: String
        /// Where the invitation is taken.
        package let link: String
    }

    private let tokens: InviteTokens
    private let origin: String
    private let send: @Sendable (Letter) async throws -> Void

    /// - Parameters:
    ///   - origin: where browsers find the installation, such as `https://daybook.example`.
    ///   - send: hands a letter to whoever delivers it.
    package init(
        tokens: InviteTokens,
        origin: String,
        send: @escaping @Sendable (Letter) async throws -> Void
    ) {
        self.tokens = tokens
        self.origin = origin
        self.send = send
    }

    struct Pending: Sendable {
        let invite: InviteID
        let letter: Letter
    }

    /// What was not sent yet.
    func pending(by registrar: Registrar) async throws -> [Pending] {
        try await registrar.reads.pool.query(
            """
            SELECT i.invite, i.email, o.name
              FROM rm.invites i JOIN rm.tenants t ON t.tenant = i.tenant AND t.state = 'active'
              JOIN rm.orgs o ON o.tenant = i.tenant
             WHERE i.mailed_at IS NULL AND i.state = 'pending' AND i.expires_at > now() AND i.email IS NOT NULL
             ORDER BY i.made_at LIMIT 100
            """,
            as: (UUID, String, String).self
        ).map { id, address, org in
            let invite = InviteID(id)
            let link = "\(origin)/auth/invite?token=\(tokens.token(of: invite))"
            return Pending(invite: invite, letter: Letter(key: "\(invite)", address: address, org: org, link: link))
        }
    }

    /// Sends one. Should the process die between sending and writing that down, it is sent again.
    func mail(_ pending: Pending, by registrar: Registrar) async throws {
        try await send(pending.letter)
        _ = try await registrar.run(NoteInviteMailed(invite: pending.invite))
    }
}
