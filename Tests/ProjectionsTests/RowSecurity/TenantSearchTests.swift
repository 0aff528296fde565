import Foundation
import Postgres
import TestSupport
import Testing

/// Whatever is sent as a role that is bound to a tenant, no row of another is read or written. Not proved by this: what a role may
/// do that is *not* bound to one, such as the projector.
struct TenantSearchTests {
    /// Each run has one more that nobody has seen; a failure names it, and it is run again by `DAYBOOK_SEED`.
    private static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["DAYBOOK_SEED"].flatMap(UInt64.init).map { [$0] }
        ?? [1, UInt64.random(in: 2...999_999)]

    @Test(arguments: [TestDatabase.Role.gateway, .auditor])
    func `no statement reads or writes a row of another tenant, however the connection was left`(
        role: TestDatabase.Role
    ) async throws {
        try await Neighbours.run { neighbours in
            for seed in Self.seeds {
                let (findings, effort) = try await TenantSearch(neighbours: neighbours, role: role, seed: seed).run()
                for finding in findings { Issue.record("\(finding)") }
                // It was tried in earnest.
                let bound = neighbours.tenants.prefix(2)
                #expect(bound.allSatisfy { (effort.readings[$0] ?? 0) > 10 }, "seed \(seed): \(effort)")
                #expect(effort.refusals > 10 && (role == .auditor || effort.writes > 1), "seed \(seed): \(effort)")
                #expect(role == .gateway || effort.writes == 0, "seed \(seed): an auditor wrote")
            }
        }
    }

    @Test func `each tenant has something in every table that the search goes through`() async throws {
        try await Neighbours.run { neighbours in
            let tables = neighbours.tables.filter { !$0.isPart }.map(\.name)
            #expect(Set(tables).isSuperset(of: ["es.events", "es.outcomes", "rm.users", "rm.dropped", "rt.queues"]))
            let digests = try await neighbours.digests()
            for table in tables {
                for tenant in neighbours.tenants {
                    #expect(digests[.init(table: table, tenant: tenant)] != nil, "\(table) has no row of \(tenant)")
                }
            }
        }
    }

    @Test(
        arguments: [
            "ALTER TABLE rm.users DISABLE ROW LEVEL SECURITY", "ALTER TABLE es.events DISABLE ROW LEVEL SECURITY",
            "CREATE POLICY more ON rm.parked FOR SELECT TO daybook_gateway USING (true)",
            // Nobody is as good as anybody.
            """
            CREATE POLICY more ON rm.messages FOR SELECT TO daybook_gateway
              USING (nullif(current_setting('daybook.tenant', true), '') IS NULL)
            """,
            "ALTER POLICY tenant ON rt.queues WITH CHECK (true)", "GRANT SELECT ON es.streams_p0 TO daybook_gateway",
            "CREATE VIEW rm.everything AS SELECT * FROM rm.rooms; GRANT SELECT ON rm.everything TO daybook_gateway",
        ]
    )
    func `the search finds a table without its policy`(gap: String) async throws {
        try await Neighbours.run { neighbours in
            try await neighbours.story.superuser.withConnection { try $0.executeScript(gap) }
            // As if made so from the beginning.
            let tables = try await Neighbours.tables(of: neighbours.story)
            let open = Neighbours(story: neighbours.story, tenants: neighbours.tenants, tables: tables)
            for seed in UInt64(1)...5 {
                let search = TenantSearch(neighbours: open, role: .gateway, seed: seed)
                if try await !search.run().findings.isEmpty { return }
            }
            Issue.record("five searches did not find it: \(gap)")
        }
    }

    @Test func `what runs with the owner's rights and is open to a tenant's role tells hashes alone`() async throws {
        try await Neighbours.run { neighbours in
            for role in ["daybook_gateway", "daybook_auditor"] {
                let functions = try await neighbours.story.query(
                    """
                    SELECT p.oid::regproc::text FROM pg_proc p
                     WHERE p.prosecdef AND has_function_privilege(\(role), p.oid, 'EXECUTE') ORDER BY 1
                    """,
                    as: String.self
                )
                // Leaves of the tree: each is the hash of an event with random bytes in it.
                #expect(functions == ["es.leaves"], "\(role)")
            }
        }
    }
}
