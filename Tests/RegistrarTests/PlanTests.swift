import Commands
import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Registrar

/// Plans on their way to the organizations that have them, and into their tenants' own logs.
struct PlanTests {
    private func found(_ slug: String, in foundry: Foundry) async throws -> (OrgID, Tenant) {
        let onboarding = try await foundry.start(slug)
        try await foundry.complete(onboarding, inviting: [])
        while try await foundry.registrar().look() { try await foundry.control.isProjected() }
        #expect(try await foundry.phase(of: onboarding) == "finished")
        let (org, tenant, partition) = try foundry.control.superuser().execute(
            "SELECT t.org, t.tenant, t.partition FROM rm.tenants t JOIN rm.orgs o ON o.org = t.org WHERE o.slug = \(slug)"
        ).decode((UUID, UUID, Int32).self)[0]
        return (OrgID(org), Tenant(id: tenant, partition: Partition(partition)))
    }

    private func define(_ slug: String, rooms: Int64, in foundry: Foundry) async throws {
        let limits = [PlanLimit(.rooms, MeterLimit(hard: rooms))]
        try await foundry.control.run(DefinePlan(slug: slug, limits: limits))
        try await foundry.control.isProjected()
    }

    private func settle(_ foundry: Foundry) async throws {
        var isBusy = true
        while isBusy {
            try await foundry.control.isProjected()
            let didRollOut = try await foundry.registrar().rollOut()
            isBusy = try await foundry.registrar().relay() || didRollOut
        }
    }

    @Test func `a new organization has the default plan's limits before anybody is in it`() async throws {
        try await Foundry.run { (foundry) async throws in
            try await define("free", rooms: 3, in: foundry)
            try await foundry.control.run(ChooseDefaultPlan(slug: "free"))
            let (_, tenant) = try await found("acme", in: foundry)
            #expect(
                try await foundry.limits(of: tenant) == [
                    .set(meter: .rooms, limit: MeterLimit(hard: 3), source: .default)
                ]
            )
            let first = try PostgresConnection(foundry.database.configuration()).execute(
                "SELECT t.name FROM es.events e JOIN es.types t ON t.id = e.type WHERE e.tenant = \(tenant.id) ORDER BY e.position"
            ).decode(String.self)[0]
            #expect(first == "usage.limit_set")
        }
    }

    /// What a plan that changes writes to the control log for two that it changes something for and one that it does not; with as many nothing
    /// fails.
    static let written = 6
    static let deaths =
        (0...6).map { Death(log: "control", events: $0) } + (0...2).map { Death(log: "product", events: $0) }

    @Test(arguments: deaths)
    func `a plan that changes reaches all that have it once, whoever dies and however many work on it`(
        death: Death
    ) async throws {
        try await Foundry.run { (foundry) async throws in
            var tenants: [Tenant] = []
            var orgs: [OrgID] = []
            for slug in ["acme", "bolt", "cord"] {
                let (org, tenant) = try await found(slug, in: foundry)
                tenants.append(tenant)
                orgs.append(org)
            }
            try await define("pro", rooms: 10, in: foundry)
            for org in orgs { try await foundry.control.run(SetOrgPlan(org: org, plan: "pro", reason: "test")) }
            let own = SetOrgLimit(org: orgs[2], meter: .rooms, limit: MeterLimit(hard: 99), reason: "test")
            try await foundry.control.run(own)
            try await settle(foundry)
            try await define("pro", rooms: 20, in: foundry)

            let failure = try await death.strike(foundry) { try await settle(foundry) }
            // Tenants lie in several partitions, each with positions of its own, so in their log not every death strikes.
            let isDeadly = death.log == "control" && death.events < Self.written
            #expect(failure != nil || !isDeadly, "\(String(describing: failure))")

            // Two at once, as after a partition of the network.
            for _ in 0..<4 {
                async let one = foundry.registrar().rollOut()
                async let other = foundry.registrar().rollOut()
                _ = (try? await one, try? await other)
                async let tell = foundry.registrar().relay()
                async let again = foundry.registrar().relay()
                _ = (try? await tell, try? await again)
                try await foundry.control.isProjected()
            }
            try await settle(foundry)
            let ten = LimitEvent.set(meter: .rooms, limit: MeterLimit(hard: 10), source: .plan)
            let twenty = LimitEvent.set(meter: .rooms, limit: MeterLimit(hard: 20), source: .plan)
            #expect(try await foundry.limits(of: tenants[0]) == [ten, twenty])
            #expect(try await foundry.limits(of: tenants[1]) == [ten, twenty])
            let override = LimitEvent.set(meter: .rooms, limit: MeterLimit(hard: 99), source: .override)
            #expect(try await foundry.limits(of: tenants[2]) == [ten, override])
            let waiting = try foundry.control.superuser().execute(
                "SELECT (SELECT count(*) FROM rm.plan_rollouts) + (SELECT count(*) FROM rm.tenant_changes)"
            ).decode(Int64.self)[0]
            #expect(waiting == 0)
        }
    }

    @Test func `the default plan reaches whoever has no plan, and is no more when none is chosen`() async throws {
        try await Foundry.run { (foundry) async throws in
            let (_, plain) = try await found("acme", in: foundry)
            let (org, other) = try await found("bolt", in: foundry)
            try await define("pro", rooms: 10, in: foundry)
            try await foundry.control.run(SetOrgPlan(org: org, plan: "pro", reason: "test"))
            try await define("free", rooms: 2, in: foundry)
            try await foundry.control.run(ChooseDefaultPlan(slug: "free"))
            try await settle(foundry)
            try await define("free", rooms: 3, in: foundry)
            try await settle(foundry)
            try await foundry.control.run(ChooseDefaultPlan(slug: nil))
            try await settle(foundry)
            #expect(
                try await foundry.limits(of: plain) == [
                    .set(meter: .rooms, limit: MeterLimit(hard: 2), source: .default),
                    .set(meter: .rooms, limit: MeterLimit(hard: 3), source: .default),
                    .set(meter: .rooms, limit: .unlimited, source: .default),
                ]
            )
            let ten = LimitEvent.set(meter: .rooms, limit: MeterLimit(hard: 10), source: .plan)
            #expect(try await foundry.limits(of: other) == [ten])
        }
    }

    @Test func `a cell that is away holds up nobody else's`() async throws {
        try await Foundry.run { (foundry) async throws in
            let (_, here) = try await found("acme", in: foundry)
            let (away, _) = try await found("bolt", in: foundry)
            // Where nobody serves it.
            _ = try foundry.control.superuser().execute(
                "UPDATE rm.tenants SET cell = 'east' WHERE org = \(away.uuid)"
            )
            try await define("free", rooms: 2, in: foundry)
            try await foundry.control.run(ChooseDefaultPlan(slug: "free"))
            try await foundry.control.isProjected()
            while try await foundry.registrar().rollOut() { try await foundry.control.isProjected() }
            await #expect(throws: CommandError.self) { _ = try await foundry.registrar().relay() }
            let two = LimitEvent.set(meter: .rooms, limit: MeterLimit(hard: 2), source: .default)
            #expect(try await foundry.limits(of: here) == [two])
        }
    }
}

extension Foundry {
    /// What a tenant's log says of its limits, in order.
    func limits(of tenant: Tenant) async throws -> [LimitEvent] {
        let pool = database.pool(as: .appender)
        let codec = EventCodec(keyring: Keyring(masterKey: database.masterKey, pool: pool))
        var events: [LimitEvent] = []
        for raw in try await database.log().read(stream: LimitsID(of: tenant).uuid, of: tenant, after: 0) {
            events.append(try await codec.decode(raw, as: LimitEvent.self))
        }
        return events
    }
}
