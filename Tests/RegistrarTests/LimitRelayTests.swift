import Commands
import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Registrar

/// Limits that operators set, on their way into the tenant's own log.
struct LimitRelayTests {
    /// An organization that was founded, and its tenant.
    private func org(_ foundry: Foundry) async throws -> (OrgID, Tenant) {
        try await foundry.complete(try await foundry.start("acme"), inviting: [])
        while try await foundry.registrar().look() { try await foundry.control.isProjected() }
        let (org, tenant, partition) = try foundry.control.superuser().execute(
            "SELECT org, tenant, partition FROM rm.tenants"
        ).decode((UUID, UUID, Int32).self)[0]
        return (OrgID(org), Tenant(id: tenant, partition: Partition(partition)))
    }

    private func set(_ limit: MeterLimit?, of org: OrgID, _ foundry: Foundry) async throws {
        try await foundry.control.run(SetOrgLimit(org: org, meter: .messages, limit: limit, reason: "test"))
        try await foundry.control.isProjected()
    }

    @Test func `a tenant is told of each limit once and in order, whoever dies and however many relay`() async throws {
        try await Foundry.run { (foundry) async throws in
            let (org, tenant) = try await org(foundry)
            try await set(MeterLimit(hard: 10), of: org, foundry)
            // One that dies before it has written down that it told the tenant.
            let failure = try await Death(log: "control", events: 0).strike(foundry) {
                _ = try await foundry.registrar().relay()
            }
            #expect(failure != nil)
            try await set(MeterLimit(hard: 20, soft: 15), of: org, foundry)
            try await set(nil, of: org, foundry)

            async let one = foundry.registrar().relay()
            async let other = foundry.registrar().relay()
            _ = try await (one, other)
            try await foundry.control.isProjected()
            #expect(try await foundry.registrar().relay() == false)
            #expect(
                try await foundry.limits(of: tenant) == [
                    .set(meter: .messages, limit: MeterLimit(hard: 10), source: .override),
                    .set(meter: .messages, limit: MeterLimit(hard: 20, soft: 15), source: .override),
                    .set(meter: .messages, limit: .unlimited, source: .default),
                ]
            )
        }
    }

    @Test func `a limit waits while the cell of its tenant is not served`() async throws {
        try await Foundry.run { (foundry) async throws in
            let (org, tenant) = try await org(foundry)
            try await set(MeterLimit(hard: 10), of: org, foundry)
            await #expect(throws: CommandError.self) {
                _ = try await foundry.registrar(cells: ["east": true]).relay()
            }
            #expect(try await foundry.limits(of: tenant).isEmpty)
            #expect(try await foundry.registrar().relay())
            #expect(try await foundry.limits(of: tenant).count == 1)
        }
    }
}
