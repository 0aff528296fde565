internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Projections

/// Brings what operators and plans say of organizations into the logs of their tenants, in the order in which it was said.
///
/// Each is one command there, under a key made of its position in the control log. So what is relayed twice, by one that died or by two
/// at once, happens once, and an older limit never comes after a newer one.
struct TenantRelay {
    private enum Said {
        case limit(SetLimit)
        case policy(SetPolicy)
    }

    private struct Change {
        let tenant: Tenant
        let cell: String
        let position: Position
        let part: String
        let said: Said
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
                idempotencyKey: "control/\(change.position)/\(change.part)"
            )
            switch change.said {
            case .limit(let command): _ = try await cell.commands.handle(command, in: context)
            case .policy(let command): _ = try await cell.commands.handle(command, in: context)
            }
        }
        _ = try await registrar.run(NoteLimitsRelayed(org: org, upTo: last.position))
    }

    /// In the order of the log, whole positions of it. None of an organization whose tenant has no place yet.
    private func changes(of org: OrgID) async throws -> [Change] {
        try await registrar.reads.pool.query(
            """
            SELECT t.tenant, t.partition, t.cell, c.position, c.part, c.hard, c.soft, c.source, c.policy
              FROM rm.tenant_changes c JOIN rm.tenants t ON t.org = c.org AND t.partition IS NOT NULL
             WHERE c.org = \(org.uuid)
               AND c.position IN (SELECT DISTINCT position FROM rm.tenant_changes WHERE org = \(org.uuid) ORDER BY 1 LIMIT 50)
             ORDER BY c.position
            """,
            as: (UUID, Int32, String, Int64, String, Int64?, Int64?, String?, PostgresJSON?).self
        ).compactMap { tenant, partition, cell, position, part, hard, soft, source, policy in
            let limit = MeterLimit(hard: hard, soft: soft)
            guard let said = try Self.said(of: part, limit, by: source, policy) else { return nil }
            return Change(
                tenant: Tenant(id: tenant, partition: Partition(partition)),
                cell: cell,
                position: position,
                part: part,
                said: said
            )
        }
    }

    private static func said(
        of part: String,
        _ limit: MeterLimit,
        by source: String?,
        _ policy: PostgresJSON?
    ) throws -> Said? {
        func document<P: PolicyDocument>(_ kind: P.Type) throws -> P? {
            try policy.map { try JSONReader.value(kind, of: $0.bytes) }
        }
        if let meter = Meter(rawValue: part), let source = source.flatMap({ LimitSource(rawValue: $0) }) {
            return .limit(SetLimit(meter: meter, limit: limit, source: source))
        }
        return switch PolicyKind(rawValue: part) {
        case .llm: .policy(SetPolicy(.llm(try document(LLMPolicy.self))))
        case .vm: .policy(SetPolicy(.vm(try document(VMPolicy.self))))
        case .fsCache: .policy(SetPolicy(.fsCache(try document(FSCachePolicy.self))))
        case nil: nil
        }
    }
}

extension Registrar {
    /// Tells tenants of what was said of their organizations. False if there was nothing to tell.
    package func relay() async throws -> Bool {
        var failure: (any Error)?
        var didSomething = false
        for cell in cells {
            // By themselves: those of a cell that is away hold up nobody else's.
            let orgs = try await reads.pool.query(
                """
                SELECT DISTINCT c.org FROM rm.tenant_changes c
                  JOIN rm.tenants t ON t.org = c.org AND t.partition IS NOT NULL AND t.cell = \(cell.name) LIMIT 100
                """,
                as: UUID.self
            )
            for org in orgs {
                didSomething = true
                do { try await TenantRelay(registrar: self).relay(to: OrgID(org)) } catch {
                    failure = failure ?? error
                    if case CommandError.unavailable = error { break }
                }
            }
        }
        try await isSeen()
        if let failure { throw failure }
        try await expectCells()
        return didSomething
    }

    private func expectCells() async throws {
        let unserved = try await reads.pool.query(
            """
            SELECT t.cell FROM rm.tenant_changes c JOIN rm.tenants t ON t.org = c.org AND t.partition IS NOT NULL
             WHERE t.cell <> ALL(\(cells.map(\.name))) LIMIT 1
            """,
            as: String.self
        )
        if let name = unserved.first { throw CommandError.unavailable("the cell \(name) is not served here") }
    }
}
