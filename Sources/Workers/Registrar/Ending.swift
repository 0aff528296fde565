internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Logging
internal import Postgres
internal import Projections

/// The steps from an organization whose grace is over to one that is no more: its people are forgotten, and its name is free. Each
/// does nothing the second time, so whoever goes on after a crash goes through all of them again.
struct Ending {
    /// Events of the tenant's log that are looked through at a time.
    private static let page = 1_000

    private struct NotSeen: Error, CustomStringConvertible {
        let description = "the read models of the control log are behind"
    }

    private let org: OrgID
    private let registrar: Registrar

    init(_ org: OrgID, by registrar: Registrar) {
        self.org = org
        self.registrar = registrar
    }

    /// Goes through all steps. False if there is nothing to end, by the log.
    func goOn() async throws -> Bool {
        let begun = try await registrar.run(BeginOrgEnding(org: org))
        guard begun.isEnding else { return false }
        // Nobody comes in any more, so what the read models hold of the tenant from here on is all.
        guard try await registrar.isSeen() else { throw NotSeen() }
        try await forgetPeople(of: begun.tenant)
        let accounts = try await registrar.reads.pool.query(
            "SELECT account FROM rm.account_memberships WHERE tenant = \(begun.tenant.uuid)",
            as: UUID.self
        )
        for account in accounts { _ = try await registrar.run(EndMembership(of: AccountID(account), in: org)) }
        _ = try await registrar.run(FinishOrgEnding(org: org))
        registrar.logger.notice("an organization has ended", metadata: ["org": "\(org)"])
        return true
    }

    /// Goes by the tenant's own log, which knows everybody who ever joined.
    private func forgetPeople(of tenant: TenantID) async throws {
        let rows = try await registrar.reads.pool.query(
            "SELECT partition, cell FROM rm.tenants WHERE tenant = \(tenant.uuid)",
            as: (Int32?, String?).self
        )
        guard let row = rows.first, let partition = row.0, let name = row.1,
            let cell = registrar.cells.first(where: { $0.name == name })
        else {
            throw CommandError.failed("no cell is known for \(tenant)")
        }
        let place = Tenant(id: tenant.uuid, partition: Partition(partition))
        let context = CommandContext(caller: Caller(tenant: place, actor: .system, user: nil))
        var position: Position = 0
        while true {
            let events = try await cell.log.read(of: place, after: position, limit: Self.page)
            for event in events where event.type.name == UserEvent.types[0].name {
                let user = UserID(event.stream)
                _ = try await cell.commands.handle(EraseUser(user: user), in: context)
                _ = try await registrar.run(EndSessions(of: user, in: tenant, isForgotten: true))
            }
            guard events.count == Self.page, let last = events.last else { return }
            position = last.position
        }
    }
}
