internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Projections

/// Brings the limits that operators set into the logs of the tenants, in the order in which they were set.
///
/// Each is one command there, under a key made of its position in the control log. So what is relayed twice, by one that died or by two
/// at once, happens once, and an older limit never comes after a newer one.
struct LimitRelay {
    private struct Change {
        let tenant: Tenant
        let cell: String
        let position: Position
        let command: SetLimit
    }

    let registrar: Registrar

    /// Tells the tenant of one organization of all that it has not been told.
    func relay(to org: OrgID) async throws {
        let changes = try await changes(of: org)
        guard let last = changes.last else { return }
        guard let cell = registrar.cells.first(where: { $0.name == last.cell }) else {
            throw CommandError.unavailable("the cell \(last.cell) is not served here")
        }
        for change in changes {
            let context = CommandContext(
                caller: Caller(tenant: change.tenant, actor: .system, user: nil),
                idempotencyKey: "control/\(change.position)"
            )
            _ = try await cell.commands.handle(change.command, in: context)
        }
        _ = try await registrar.run(NoteLimitsRelayed(org: org, upTo: last.position))
    }

    /// In the order of the log. None of an organization whose tenant has no place yet.
    private func changes(of org: OrgID) async throws -> [Change] {
        try await registrar.reads.pool.query(
            """
            SELECT t.tenant, t.partition, t.cell, c.position, c.meter, c.is_override, c.hard, c.soft
              FROM rm.limit_changes c JOIN rm.tenants t ON t.org = c.org AND t.partition IS NOT NULL
             WHERE c.org = \(org.uuid) ORDER BY c.position LIMIT 100
            """,
            as: (UUID, Int32, String, Int64, String, Bool, Int64?, Int64?).self
        ).compactMap { tenant, partition, cell, position, meter, isOverride, hard, soft in
            guard let meter = Meter(rawValue: meter) else { return nil }
            return Change(
                tenant: Tenant(id: tenant, partition: Partition(partition)),
                cell: cell,
                position: position,
                command: SetLimit(
                    meter: meter,
                    limit: MeterLimit(hard: hard, soft: soft),
                    source: isOverride ? .override : .default
                )
            )
        }
    }
}

extension Registrar {
    /// Tells tenants of limits that operators have set. False if there was nothing to tell.
    package func relayLimits() async throws -> Bool {
        let orgs = try await reads.pool.query(
            """
            SELECT DISTINCT c.org FROM rm.limit_changes c
              JOIN rm.tenants t ON t.org = c.org AND t.partition IS NOT NULL LIMIT 100
            """,
            as: UUID.self
        )
        var failure: (any Error)?
        for org in orgs { await noting(&failure) { try await LimitRelay(registrar: self).relay(to: OrgID(org)) } }
        try await isSeen()
        if let failure { throw failure }
        return !orgs.isEmpty
    }
}
