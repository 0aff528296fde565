package import Commands
internal import EventStore
package import Events
internal import Foundation
internal import HTTPTypes
package import Sessions
internal import Synchronization

/// What callers may read, by their roles. Asked of the log, and remembered for a second, so that a change of role or a
/// deactivation holds a second later in every process.
package final class Standings: Sendable {
    private struct Entry {
        let standing: Standing
        let until: ContinuousClock.Instant
    }

    private struct Key: Hashable {
        let tenant: UUID
        let user: UserID
    }

    private static let lifetime = Duration.seconds(1)
    private static let capacity = 10_000

    private let commands: CommandHandler
    private let known = Mutex<[Key: Entry]>([:])

    package init(commands: CommandHandler) { self.commands = commands }

    /// Refuses with 403 whoever is no active user with one of the roles.
    package func check(_ session: Session, against roles: Set<Role>) async throws {
        let standing = try await standing(of: session)
        guard let role = standing.role else {
            throw Problem(.forbidden, "user.not_in_tenant", "the caller is not a user of this tenant")
        }
        guard standing.active else { throw Problem(.forbidden, "user.deactivated", "the caller has been deactivated") }
        guard roles.contains(role) else {
            guard role == .auditor else {
                throw Problem(.forbidden, "role.not_allowed", "the caller's role may not read this")
            }
            throw Problem(.forbidden, "role.auditor_reads_only", "an auditor reads the audit surfaces and nothing else")
        }
    }

    private func standing(of session: Session) async throws -> Standing {
        let key = Key(tenant: session.tenant.id, user: session.user)
        let now = ContinuousClock.now
        if let entry = known.withLock({ $0[key] }), entry.until > now { return entry.standing }
        let caller = Caller(tenant: session.tenant, actor: .user(session.user), user: session.user)
        let standing = try await commands.handle(AskStanding(user: session.user), in: CommandContext(caller: caller))
            .answer
        known.withLock { known in
            if known.count >= Self.capacity { known = known.filter { $0.value.until > now } }
            // Still full of the living: they are all asked for again, which costs a read each.
            if known.count >= Self.capacity { known.removeAll() }
            known[key] = Entry(standing: standing, until: now + Self.lifetime)
        }
        return standing
    }
}

/// A user's role, as the log has it now.
private struct Standing: Codable, Sendable {
    /// Nil for nobody that the tenant knows.
    var role: Role?
    var active: Bool
}

/// Changes nothing: its answer is read from the same state that decisions are made on.
private struct AskStanding: Command {
    static let name = "ask_standing"
    let user: UserID

    func load(by loader: borrowing StateLoader) async throws -> Loaded<User> { try await loader.load(User.self, user) }

    func decide(_ user: Loaded<User>, for caller: Caller) throws(Refusal) -> Decision<Standing> {
        Decision(Standing(role: user.exists ? user.state.role : nil, active: user.state.active))
    }
}
