import Commands
import EventStore
import Events
import Foundation
import Postgres
import Registrar
import TestSupport
import Testing

/// In which cell a new tenant lives.
struct PlacementTests {
    private func found(_ slug: String, in foundry: Foundry, _ cells: KeyValuePairs<String, Bool>) async throws {
        let onboarding = try await foundry.start(slug)
        try await foundry.complete(onboarding, inviting: [])
        let registrar = foundry.registrar(cells: cells)
        while try await registrar.look() { try await foundry.control.isProjected() }
    }

    private func cell(of slug: String, in foundry: Foundry) async throws -> String? {
        try await foundry.control.plane.registry.tenant(named: slug)?.cell
    }

    @Test func `a new tenant lives in the cell with the fewest, of those that take any`() async throws {
        try await Foundry.run { (foundry) async throws in
            for slug in ["one", "two", "three"] {
                try await found(slug, in: foundry, ["main": true, "full": false, "east": true])
            }
            #expect(try await cell(of: "one", in: foundry) == "main")
            #expect(try await cell(of: "two", in: foundry) == "east")
            #expect(try await cell(of: "three", in: foundry) == "main")
        }
    }

    @Test func `a tenant that has its place keeps it, and waits while its cell is not served`() async throws {
        try await Foundry.run { (foundry) async throws in
            let onboarding = try await foundry.start("acme")
            try await foundry.complete(onboarding, inviting: [])
            let (org, tenant) = try foundry.control.superuser().execute("SELECT org, tenant FROM rm.onboardings")
                .decode((UUID, UUID).self)[0]
            // As far as an earlier process came.
            let found = FoundOrg(
                org: OrgID(org),
                tenant: TenantID(tenant),
                slug: "acme",
                name: "acme",
                founder: foundry.account
            )
            try await foundry.control.run(found)
            let placed = try await foundry.database.log().place(tenant)
            try await foundry.control.run(
                AssignCell(tenant: TenantID(tenant), cell: "east", partition: placed.partition)
            )
            await #expect(throws: CommandError.self) { _ = try await foundry.registrar(cells: ["main": true]).look() }
            #expect(try await foundry.phase(of: onboarding) == "completing")
            let registrar = foundry.registrar(cells: ["main": true, "east": true])
            while try await registrar.look() { try await foundry.control.isProjected() }
            #expect(try await foundry.phase(of: onboarding) == "finished")
            #expect(try await cell(of: "acme", in: foundry) == "east")
        }
    }
}
