import Commands
import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Registrar

/// Policies that operators set, on their way into the tenant's own log.
struct PolicyRelayTests {
    @Test func `a tenant is told of each policy once and in order, whoever dies and however many relay`() async throws {
        try await Foundry.run { (foundry) async throws in
            try await foundry.complete(try await foundry.start("acme"), inviting: [])
            while try await foundry.registrar().look() { try await foundry.control.isProjected() }
            let (id, tenantID, partition) = try foundry.control.superuser().execute(
                "SELECT org, tenant, partition FROM rm.tenants"
            ).decode((UUID, UUID, Int32).self)[0]
            let tenant = Tenant(id: tenantID, partition: Partition(partition))
            func set(_ policy: Policy) async throws {
                try await foundry.control.run(SetOrgPolicy(org: OrgID(id), policy: policy, reason: "test"))
                try await foundry.control.isProjected()
            }
            let small = FSCachePolicy(bytes: 1 << 20, lifetimeSeconds: 60)
            let large = FSCachePolicy(bytes: 1 << 30, lifetimeSeconds: 60)
            let vm = VMPolicy(
                sizes: ["s"],
                most: 2,
                idleSeconds: 60,
                lifetimeSeconds: 600,
                egressHosts: ["*.a.example"]
            )
            try await set(.fsCache(small))
            // One that dies before it has written down that it told the tenant.
            let failure = try await Death(log: "control", events: 0).strike(foundry) {
                _ = try await foundry.registrar().relay()
            }
            #expect(failure != nil)
            try await set(.vm(vm))
            try await set(.fsCache(large))
            try await set(.fsCache(nil))

            async let one = foundry.registrar().relay()
            async let other = foundry.registrar().relay()
            _ = try await (one, other)
            try await foundry.control.isProjected()
            #expect(try await foundry.registrar().relay() == false)
            let codec = foundry.control.plane.codec
            var told: [PolicyEvent] = []
            let log = foundry.database.log()
            for raw in try await log.read(stream: PoliciesID(of: tenant).uuid, of: tenant, after: 0) {
                told.append(try await codec.decode(raw, as: PolicyEvent.self))
            }
            #expect(
                told == [
                    .fsCacheSet(policy: small), .vmSet(policy: vm), .fsCacheSet(policy: large),
                    .fsCacheSet(policy: nil),
                ]
            )
        }
    }
}
