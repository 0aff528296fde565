internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Logging
internal import Postgres
internal import Projections

/// The steps from a confirmed name to an organization that its founder can work in. Each is done once, however often it is tried:
/// its identifiers follow from the onboarding's.
struct Founding {
    private let onboarding: OnboardingID
    private let registrar: Registrar

    init(_ onboarding: OnboardingID, by registrar: Registrar) {
        self.onboarding = onboarding
        self.registrar = registrar
    }

    /// Goes through all steps; a refusal that no retry can change ends the onboarding.
    func goOn() async throws {
        do {
            try await steps()
        } catch CommandError.refused(let refusal) {
            registrar.logger.error(
                "an onboarding cannot go on",
                metadata: ["onboarding": "\(onboarding)", "refusal": "\(refusal.code)"]
            )
            _ = try await registrar.run(FailOnboarding(onboarding: onboarding, code: refusal.code))
        }
    }

    private func steps() async throws {
        guard let (start, wishes) = try await asked() else { return }
        let (org, tenant, account) = (start.org, start.tenant, start.account)
        _ = try await registrar.run(
            FoundOrg(org: org, tenant: tenant, slug: start.slug, name: start.name, founder: account)
        )
        let cell = try await cell(of: start)
        let place = try await cell.log.place(tenant.uuid)
        _ = try await registrar.run(AssignCell(tenant: tenant, cell: cell.name, partition: place.partition))
        let owner = UserID(account, in: tenant)
        try await limit(org)
        try await join(owner, wishes, at: place, in: cell)
        try await open(wishes.room, by: owner, at: place, in: cell)
        for email in wishes.invites.compactMap(\.text) {
            let invite = InviteID(.derived("daybook.onboarding.invite", onboarding.uuid.bytes, Array(email.utf8)))
            _ = try await registrar.run(
                MakeInvite(invite: invite, tenant: tenant, email: email, role: .member, by: owner)
            )
        }
        _ = try await registrar.run(
            FinishOnboarding(onboarding: onboarding, account: account, tenant: tenant, user: owner)
        )
    }

    /// Where the tenant lives, or else the cell with the fewest tenants of those that take new ones. One that an earlier try had placed
    /// it in, and died before that was written down, knows of a tenant that never says anything.
    private func cell(of start: Start) async throws -> Cell {
        if let name = try await TenantRegistry(registrar.control).tenant(named: start.slug)?.cell {
            guard let cell = registrar.cells.first(where: { $0.name == name }) else {
                throw CommandError.unavailable("the cell \(name) is not served here")
            }
            return cell
        }
        let counts = try await registrar.reads.pool.query(
            "SELECT cell, count(*) FROM rm.tenants WHERE cell IS NOT NULL GROUP BY cell",
            as: (String, Int64).self
        )
        let tenants = Dictionary(uniqueKeysWithValues: counts)
        let fewest = registrar.cells.filter(\.takesTenants).min { tenants[$0.name] ?? 0 < tenants[$1.name] ?? 0 }
        guard let fewest else { throw CommandError.unavailable("no cell that is served here takes tenants") }
        return fewest
    }

    /// The tenant has its plan's limits before anybody is in it.
    private func limit(_ org: OrgID) async throws {
        guard try await registrar.run(ResolveLimits(of: org)).isLimited else { return }
        guard try await registrar.isSeen() else {
            throw CommandError.unavailable("the read models of the control log are behind")
        }
        try await TenantRelay(registrar: registrar).relay(to: org)
    }

    private struct Start {
        let account: AccountID
        let org: OrgID
        let tenant: TenantID
        let name: String
        let slug: String
    }

    /// What the log says was asked for; nil unless it goes on.
    private func asked() async throws -> (Start, OnboardingEvent.Wishes)? {
        let (log, codec) = (registrar.control.log, registrar.control.codec)
        var start: Start?
        var wishes: OnboardingEvent.Wishes?
        for raw in try await log.read(stream: onboarding.uuid, of: .installation, after: 0, limit: 10) {
            switch try await codec.decode(raw, as: OnboardingEvent.self) {
            case .started(let account, let org, let tenant, let name, let slug, _):
                start = Start(account: account, org: org, tenant: tenant, name: name, slug: slug)
            case .completionRequested(let asked): wishes = asked
            case .finished, .lapsed, .failed: return nil
            }
        }
        guard let start, let wishes else { return nil }
        return (start, wishes)
    }

    private func join(_ owner: UserID, _ wishes: OnboardingEvent.Wishes, at place: Tenant, in cell: Cell) async throws {
        // A founder who has been forgotten meanwhile leaves nothing to go on with.
        guard let handle = wishes.handle.text, let name = wishes.name.text else {
            throw CommandError.refused(.founderGone)
        }
        let context = CommandContext(caller: Caller(tenant: place, actor: .system, user: nil))
        _ = try await cell.commands.handle(AddUser(user: owner, handle: handle, name: name, role: .owner), in: context)
    }

    private func open(_ name: String, by owner: UserID, at place: Tenant, in cell: Cell) async throws {
        let room = RoomID(.derived("daybook.onboarding.room", onboarding.uuid.bytes))
        let context = CommandContext(caller: Caller(tenant: place, actor: .user(owner), user: owner))
        do {
            _ = try await cell.commands.handle(CreateRoom(room: room, kind: .channel, name: name), in: context)
        } catch .refused(let refusal) where refusal.code == "room.exists" {
            // An earlier try came as far as this.
        }
    }
}

extension Refusal {
    fileprivate static let founderGone = Refusal(.conflict, "onboarding.founder_gone", "The founder was forgotten.")
}
