package import Commands
package import EventStore
package import Events
internal import Foundation
package import Postgres
package import Projections

/// Invitations into tenants, written to the control log and looked up in its read models. Whoever asks has found out that the
/// inviter may.
package struct TenantInvites: Sendable {
    /// One that can still be taken.
    package struct Pending: Sendable {
        package let id: InviteID
        package let email: String
        package let role: Role
        /// Nil for those of the founding.
        package let invitedBy: UserID?
        package let madeAt: Timestamp
        package let expiresAt: Timestamp
        /// When its mail was handed to the server that delivers it.
        package let mailedAt: Timestamp?
        /// Why its mail never will be, such as `mail.refused`.
        package let mailRefusal: String?
    }

    /// How many of a tenant can be pending, as far as the read models know.
    package static let limit = 500

    private let control: ControlWriter
    private let pool: PostgresPool

    /// - Parameters:
    ///   - control: over the control log.
    ///   - reads: of the control log.
    package init(control: CommandHandler, reads: ReadModels) {
        self.control = ControlWriter(control: control, reads: reads)
        pool = reads.pool
    }

    /// Invites whoever reads the mail of an address.
    package func make(
        for email: String,
        as role: Role,
        into tenant: Tenant,
        by user: UserID
    ) async throws -> (id: InviteID, expiresAt: Timestamp) {
        let command = MakeInvite(
            invite: InviteID(),
            tenant: TenantID(tenant.id),
            email: email,
            role: role,
            by: user
        )
        let answer = try await control.run(command, by: .user(user)).answer
        return (answer.invite, answer.expiresAt)
    }

    /// Takes one back.
    package func revoke(_ invite: InviteID, of tenant: Tenant, by user: UserID) async throws {
        let command = RevokeInvite(invite: invite, tenant: TenantID(tenant.id), by: user)
        try await control.run(command, by: .user(user))
    }

    /// Those of a tenant, the newest first.
    package func pending(in tenant: Tenant) async throws(PostgresError) -> [Pending] {
        func time(_ time: PostgresTimestamp) -> Timestamp { Timestamp(microseconds: time.microsecondsSince1970) }
        return try await pool.query(
            """
            SELECT invite, email, role, invited_by, made_at, expires_at, mailed_at, mail_refusal
              FROM rm.invites
             WHERE tenant = \(tenant.id) AND state = 'pending' AND expires_at > now() AND email IS NOT NULL
             ORDER BY made_at DESC, invite LIMIT \(Int64(Self.limit))
            """,
            as: (
                UUID, String, Role, UUID?, PostgresTimestamp, PostgresTimestamp, PostgresTimestamp?, String?
            ).self
        ).map { row in
            Pending(
                id: InviteID(row.0),
                email: row.1,
                role: row.2,
                invitedBy: row.3.map { UserID($0) },
                madeAt: time(row.4),
                expiresAt: time(row.5),
                mailedAt: row.6.map(time),
                mailRefusal: row.7
            )
        }
    }
}
