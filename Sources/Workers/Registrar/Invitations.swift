package import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Logging
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

    /// What is wrong with one letter, while others may well be taken. Whatever else `send` throws is about all mail.
    package enum LetterFault: Error, Sendable {
        /// It will never be taken. The code is written down, without the address.
        case refused(code: String)
        case notNow
    }

    private let tokens: InviteTokens
    private let origin: String
    private let send: @Sendable (Letter) async throws -> Void
    private let retries: Retries

    /// - Parameters:
    ///   - origin: where browsers find the installation, such as `https://daybook.example`.
    ///   - clock: tells when what failed is tried again.
    ///   - send: hands a letter to whoever delivers it, in two minutes at most.
    package init(
        tokens: InviteTokens,
        origin: String,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        send: @escaping @Sendable (Letter) async throws -> Void
    ) {
        self.tokens = tokens
        self.origin = origin
        self.send = send
        retries = Retries(clock: clock)
    }

    private struct Pending {
        let invite: InviteID
        let letter: Letter
    }

    /// Sends the next letter that is to be sent now. False if there is none.
    ///
    /// What is refused for good is not tried again, what is refused for now later and later; others go before it meanwhile. Should
    /// the process die between sending and writing that down, it is sent again, as the same message.
    func sendNext(by registrar: Registrar, _ isOurs: () async throws -> Bool) async throws -> Bool {
        guard let next = try await next(by: registrar), try await isOurs() else { return false }
        let invite = next.invite
        do {
            try await send(next.letter)
        } catch LetterFault.refused(let code) {
            registrar.logger.warning(
                "an invitation's mail is refused for good",
                metadata: ["invite": "\(invite)", "code": "\(code)"]
            )
            _ = try await registrar.run(NoteInviteMailRefused(invite: invite, code: code))
            return true
        } catch LetterFault.notNow {
            retries.putOff(invite.uuid)
            return true
        } catch {
            // It may be this letter that the server cannot bear.
            retries.putOff(invite.uuid)
            throw error
        }
        _ = try await registrar.run(NoteInviteMailed(invite: invite))
        return true
    }

    private func next(by registrar: Registrar) async throws -> Pending? {
        let waiting = retries.waiting()
        return try await registrar.reads.pool.query(
            """
            SELECT i.invite, i.email, o.name
              FROM rm.invites i JOIN rm.tenants t ON t.tenant = i.tenant AND t.state = 'active'
              JOIN rm.orgs o ON o.tenant = i.tenant
             WHERE i.mailed_at IS NULL AND i.state = 'pending' AND i.expires_at > now() AND i.email IS NOT NULL
               AND i.mail_refused_at IS NULL AND NOT i.invite = ANY(\(waiting))
             ORDER BY i.made_at LIMIT 1
            """,
            as: (UUID, String, String).self
        ).first.map { id, address, org in
            let invite = InviteID(id)
            let link = "\(origin)/auth/invite?token=\(tokens.token(of: invite))"
            return Pending(invite: invite, letter: Letter(key: "\(invite)", address: address, org: org, link: link))
        }
    }
}
