internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Logging

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
        let cell = registrar.cells[0]
        let place = try await cell.log.place(tenant.uuid)
        _ = try await registrar.run(AssignCell(tenant: tenant, cell: cell.name, partition: place.partition))
        let owner = UserID(account, in: tenant)
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
