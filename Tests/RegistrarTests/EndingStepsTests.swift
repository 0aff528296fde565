import Commands
import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Registrar

struct EndingStepsTests {
    /// What an ending of two people writes to each log; with as many nothing fails.
    static let written = ["control": 7, "product": 4]
    static let deaths =
        (0...7).map { Death(log: "control", events: $0) } + (0...4).map { Death(log: "product", events: $0) }

    @Test(arguments: deaths)
    func `an ending that dies is gone on with by the next process, and forgets everybody`(death: Death) async throws {
        try await Foundry.run { (foundry) async throws in
            let (org, tenant) = try await settled(foundry)
            try await foundry.request(org, daysAgo: 31)

            let failure = try await death.strike(foundry) { _ = try await foundry.registrar().end() }
            #expect((failure == nil) == (death.events >= Self.written[death.log]!), "\(String(describing: failure))")

            // Two at once, as after a partition of the network.
            for _ in 0..<20 where try await foundry.state(of: org) != "deleted" {
                async let one = foundry.registrar().end()
                async let other = foundry.registrar().end()
                _ = (try? await one, try? await other)
            }
            #expect(try await foundry.registrar().end() == false)
            try await expectEnded(org, tenant, in: foundry)
        }
    }

    private func expectEnded(_ org: OrgID, _ tenant: Tenant, in foundry: Foundry) async throws {
        #expect(try await foundry.state(of: org) == "deleted")
        let control = try foundry.control.superuser()
        func count(_ sql: SQL) throws -> Int64 { try control.execute(sql).decode(Int64.self)[0] }
        #expect(try count("SELECT count(*) FROM rm.tenants WHERE state <> 'deleted'") == 0)
        #expect(try count("SELECT count(*) FROM rm.account_memberships") == 0)
        #expect(try count("SELECT count(*) FROM rm.invites WHERE email IS NOT NULL OR state = 'pending'") == 0)
        #expect(try count("SELECT count(*) FROM rm.parked") == 0)
        let types = try PostgresConnection(foundry.database.configuration()).execute(
            "SELECT t.name FROM es.events e JOIN es.types t ON t.id = e.type WHERE t.name LIKE 'identity.user_%' ORDER BY t.name"
        ).decode(String.self)
        #expect(
            types == [
                "identity.user_deactivated", "identity.user_deactivated", "identity.user_forgotten",
                "identity.user_forgotten", "identity.user_joined", "identity.user_joined",
            ]
        )
        // The name is anybody's again.
        _ = try await foundry.start("acme", by: Foundry.person(foundry.control))
    }

    @Test func `what is not due, or was taken back, is not ended`() async throws {
        try await Foundry.run { (foundry) async throws in
            let (org, _) = try await settled(foundry)
            try await foundry.request(org, daysAgo: 29)
            #expect(try await foundry.registrar().end() == false)
            #expect(try await foundry.state(of: org) == "deleting")

            try await foundry.control.run(CancelOrgDeletion(org: org))
            try await foundry.request(org, daysAgo: 31)
            try await foundry.control.run(CancelOrgDeletion(org: org))
            try await foundry.control.isProjected()
            #expect(try await foundry.registrar().end() == false)
            #expect(try await foundry.state(of: org) == "active")
        }
    }

    /// The organization `acme` with two people and two invitations.
    private func settled(_ foundry: Foundry) async throws -> (OrgID, Tenant) {
        let onboarding = try await foundry.start("acme")
        try await foundry.complete(onboarding)
        let registrar = foundry.registrar()
        while try await registrar.look() { try await foundry.control.isProjected() }
        #expect(try await foundry.phase(of: onboarding) == "finished")
        let rows = try foundry.control.superuser().execute(
            "SELECT o.org, t.tenant, t.partition FROM rm.orgs o JOIN rm.tenants t ON t.tenant = o.tenant"
        ).decode((UUID, UUID, Int32).self)
        let tenant = Tenant(id: rows[0].1, partition: Partition(rows[0].2))
        let add = AddUser(user: UserID(), handle: "bob", name: "Bob", role: .member)
        let caller = Caller(tenant: tenant, actor: .system, user: nil)
        _ = try await registrar.cells[0].commands.handle(add, in: CommandContext(caller: caller))
        return (OrgID(rows[0].0), tenant)
    }
}

extension Foundry {
    /// Has an organization deleted thirty days after a time that is past.
    fileprivate func request(_ org: OrgID, daysAgo days: Int64) async throws {
        let day: Int64 = 86_400
        let past = Timestamp(microseconds: Timestamp.now.microseconds - days * day * 1_000_000)
        let caller = Caller(tenant: .installation, actor: .system, user: nil, now: past)
        _ = try await control.plane.handler.handle(
            RequestOrgDeletion(org: org, reason: "they asked for it", graceSeconds: 30 * day),
            in: CommandContext(caller: caller)
        )
        try await control.isProjected()
    }

    fileprivate func state(of org: OrgID) async throws -> String {
        try await control.isProjected()
        return try control.superuser().execute("SELECT state FROM rm.orgs WHERE org = \(org.uuid)").decode(
            String.self
        )[0]
    }
}
