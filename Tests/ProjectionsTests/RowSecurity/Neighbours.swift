import EventStore
import Events
import Foundation
import Postgres
import TestSupport

/// Three tenants in one partition with rows in every table that has any of a tenant's. Statements are bound to the first two and
/// never to the third.
struct Neighbours: Sendable {
    struct Table: Sendable {
        /// With its schema.
        let name: String
        let columns: [String]
        /// Whether it is a part of another.
        let isPart: Bool
    }

    let story: Story
    let tenants: [UUID]
    let tables: [Table]

    static func run(_ body: (Neighbours) async throws -> Void) async throws {
        try await Story.run { story in
            var tenants = [story.tenant]
            for _ in 0..<2 { tenants.append(try await story.log.place(.v7(), in: story.tenant.partition)) }
            for tenant in tenants {
                try await story.fill(tenant)
                try await story.superuser.withConnection { connection in
                    try connection.execute(
                        "INSERT INTO es.counters (partition, tenant, counter, value) VALUES (0, \(tenant.id), \(UUID()), 1)"
                    )
                    for _ in 0..<2 {
                        try connection.execute(
                            """
                            INSERT INTO rt.queues (tenant, id, partition, member, base, idle_timeout_s, durable)
                            VALUES (\(tenant.id), \(UUID()), 0, \(UUID()), 0, 60, false)
                            """
                        )
                    }
                }
            }
            try await story.project()
            // So that there is something in the statistics to tell.
            try await story.superuser.withConnection { try $0.executeScript("ANALYZE") }
            try await body(
                Neighbours(story: story, tenants: tenants.map(\.id), tables: try await tables(of: story))
            )
        }
    }

    /// Whatever has a tenant in its rows, however it came to be there.
    static func tables(of story: Story) async throws -> [Table] {
        try await story.query(
            """
            SELECT n.nspname || '.' || c.relname, c.relispartition,
                   (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema)'
               AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant' AND a.attnum > 0)
             ORDER BY 1
            """,
            as: (String, Bool, [String]).self
        ).map { Table(name: $0, columns: $2, isPart: $1) }
    }

    struct Share: Hashable { let table: String, tenant: UUID }

    /// What each tenant has in each table, as one who sees everything.
    func digests() async throws -> [Share: String] {
        let parts = tables.filter { !$0.isPart }.map { table in
            """
            SELECT '\(table.name)', a.tenant, md5(string_agg(a::text, ',' ORDER BY a::text)) FROM \(table.name) a
             WHERE a.tenant IS NOT NULL GROUP BY 2
            """
        }
        let all = SQL(parts.joined(separator: " UNION ALL "))
        let rows = try await story.query(all, as: (String, UUID, String).self)
        return Dictionary(rows.map { (Share(table: $0.0, tenant: $0.1), $0.2) }) { first, _ in first }
    }
}
