import Commands
import EventStore
import Events
import Foundation
import Postgres
import Sessions
import TestSupport
import Testing

struct SuspensionTests {
    private let tenant = Tenant(id: .v7(), partition: Partition(2))
    private let user = UserID()

    private func org(_ control: TestControl) async throws -> OrgID {
        try await control.isProjected()
        return OrgID(
            try control.superuser().execute("SELECT org FROM rm.orgs WHERE tenant = \(tenant.id)").decode(UUID.self)[0]
        )
    }

    @Test func `a suspended tenant's sessions are over in every process, and none are opened, until it is resumed`()
        async throws
    {
        try await TestDatabase.run { (database) async throws in
            let control = try await database.control()
            let there = control.store(pool: control.pool(as: .gateway))
            let (id, _, token) = try await control.open(tenant: tenant, user: user)
            let org = try await org(control)
            #expect(try await there.authenticate(token)?.id == id.uuid)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await there.run() }
                try await control.run(SuspendOrg(org: org, reason: "unpaid"))
                while try await there.authenticate(token) != nil { try await Task.sleep(for: .milliseconds(10)) }
                group.cancelAll()
            }
            do {
                _ = try await control.open(tenant: tenant, user: user)
                Issue.record("a session is opened in a suspended tenant")
            } catch CommandError.refused(let refusal) {
                #expect(refusal.code == "tenant.suspended")
            }
            try await control.run(ResumeOrg(org: org))
            try await control.isProjected()
            // Who was there comes in anew.
            #expect(try await there.authenticate(token) == nil)
            let (again, _, next) = try await control.open(tenant: tenant, user: user)
            #expect(try await there.authenticate(next)?.id == again.uuid)
            #expect(try await control.plane.sessions.authenticate(next)?.id == again.uuid)
        }
    }

    @Test func `a suspension holds though nobody projects it`() async throws {
        try await TestDatabase.run { (database) async throws in
            let control = try await database.control()
            let there = control.store(pool: control.pool(as: .gateway))
            let (id, _, token) = try await control.open(tenant: tenant, user: user)
            let org = try await org(control)
            #expect(try await there.authenticate(token)?.id == id.uuid)
            await control.stopProjecting()
            try await control.run(RequestOrgDeletion(org: org, reason: "asked", graceSeconds: 60))
            try await there.look()
            #expect(try await there.authenticate(token) == nil)
        }
    }

    @Test func `an agent of a suspended tenant is found, so that it can be told why it is not let in`() async throws {
        try await TestDatabase.run { (database) async throws in
            let control = try await database.control()
            try await control.register(tenant)
            let agent = AgentCredentials.Agent(tenant: tenant, user: user)
            let (credential, _) = try await control.plane.credentials.issueSecret(
                to: agent,
                label: "test",
                expiresAt: nil,
                by: .system
            )
            try await control.run(SuspendOrg(org: try await org(control), reason: "unpaid"))
            try await control.isProjected()
            let found = try await control.plane.credentials.find(PrincipalID(user, of: TenantID(tenant.id)))
            #expect(found?.credentials.map(\.id) == [credential])
            do {
                _ = try await control.plane.issuer.open(
                    SessionID(),
                    agent: agent,
                    credential: credential,
                    scopes: nil,
                    lifetime: .seconds(60),
                    label: "test"
                )
                Issue.record("an agent comes into a suspended tenant")
            } catch CommandError.refused(let refusal) {
                #expect(refusal.code == "tenant.suspended")
            }
        }
    }
}
