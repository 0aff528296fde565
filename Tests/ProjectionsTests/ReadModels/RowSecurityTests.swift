import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Projections

struct RowSecurityTests {
    @Test(arguments: [TestDatabase.Role.gateway, .auditor])
    func `a role that is bound to a tenant sees that tenant's rows and no other`(role: TestDatabase.Role) async throws {
        try await Story.run { story in
            let other = try await story.log.place(.v7(), in: story.tenant.partition)
            for tenant in [story.tenant, other] { try await story.fill(tenant) }
            try await story.project()
            let pool = story.database.pool(as: role)
            for table in try await story.tables() {
                let seen = try await pool.query("SELECT count(*) FROM \(raw: table)", as: Int.self)
                #expect(seen == [0], "\(table), on a connection that was never bound")
            }
            for table in try await story.tables() {
                let all = try await story.query(
                    "SELECT tenant, count(*) FROM \(raw: table) GROUP BY 1",
                    as: (UUID, Int).self
                )
                #expect(all.count == 2, "\(table) has rows of both tenants")
                for tenant in [story.tenant, other] {
                    let seen = try await pool.pipeline([
                        "SELECT set_config('daybook.tenant', \(tenant.id.uuidString), true)",
                        "SELECT tenant, count(*) FROM \(raw: table) GROUP BY 1",
                    ]) { (results) throws(PostgresError) in try results[1].decode((UUID, Int).self) }
                    #expect(seen.map(\.0) == [tenant.id], "\(table)")
                }
                for value in ["", UUID().uuidString] {
                    let seen = try await pool.pipeline([
                        "SELECT set_config('daybook.tenant', \(value), true)",
                        "SELECT count(*) FROM \(raw: table)",
                    ]) { (results) throws(PostgresError) in try results[1].decode(Int.self) }
                    #expect(seen == [0], "\(table)")
                }
                await #expect(throws: PostgresError.self, "\(table)") {
                    try await pool.execute("DELETE FROM \(raw: table)")
                }
            }
        }
    }

    @Test func `every table of tenants' rows is protected, and every index finds those of one tenant`() async throws {
        try await Story.run { story in
            let tables = try await story.query(
                """
                SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
                       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'),
                       pg_get_userbyid(c.relowner) = 'daybook_owner'
                  FROM pg_class c
                 WHERE c.relnamespace = 'rm'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'checkpoints'
                """,
                as: (String, Bool, Bool, Bool).self
            )
            #expect(tables.count >= 11)
            for (table, forced, bound, owned) in tables { #expect(forced && bound && owned, "\(table)") }
            let indexes = try await story.query(
                """
                SELECT i.indexrelid::regclass::text,
                       EXISTS (SELECT FROM pg_attribute a
                                WHERE a.attrelid = c.oid AND a.attname = 'tenant' AND a.attnum IN (i.indkey[0], i.indkey[1]))
                  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                 WHERE c.relnamespace = 'rm'::regnamespace AND c.relname <> 'checkpoints'
                """,
                as: (String, Bool).self
            )
            for (index, hasTenant) in indexes { #expect(hasTenant, "\(index)") }
        }
    }

    @Test func `of the checkpoints the gateway reads positions only`() async throws {
        try await Story.run { story in
            try await story.join()
            try await story.project()
            let pool = story.database.pool(as: .gateway)
            #expect(try await pool.query("SELECT position FROM rm.checkpoints", as: Int64.self) == [1])
            await #expect(throws: PostgresError.self) {
                try await pool.execute("SELECT lease_owner FROM rm.checkpoints")
            }
            await #expect(throws: PostgresError.self) {
                try await pool.execute("UPDATE rm.checkpoints SET position = 0")
            }
        }
    }

    @Test func `a reader of one tenant gets nothing of another, by the same identifiers`() async throws {
        try await Story.run { story in
            let other = try await story.log.place(.v7(), in: story.tenant.partition)
            let (user, room, message) = try await story.fill(other)
            try await story.fill(story.tenant)
            try await story.project()
            #expect(try await story.reads.message(message, for: user, in: other) != nil)
            #expect(try await story.reads.message(message, for: user, in: story.tenant) == nil)
            #expect(try await story.reads.room(room, for: user, in: story.tenant) == nil)
            #expect(try await story.reads.user(user, in: story.tenant) == nil)
            #expect(try await story.reads.rooms(.init(limit: 10), for: user, in: story.tenant).items == [])
        }
    }
}

extension Story {
    /// Puts a row into every table.
    @discardableResult
    func fill(_ tenant: Tenant) async throws -> (UserID, RoomID, MessageID) {
        let story = of(tenant)
        let (ada, bob) = (try await story.join(), try await story.join())
        let room = try await story.open(members: [ada, bob])
        let message = try await story.post(in: room, by: ada, mentions: [bob])
        try await story.append(
            .edited(room: room, editor: ada, body: Personal("x", of: ada), mentions: [bob], source: nil),
            to: message
        )
        try await story.append(.reactionAdded(room: room, user: ada, emoji: "👍", source: nil), to: message)
        try await story.mark(message, in: room, readBy: bob)
        let broken = try await story.open()
        try await story.append(Array("{}".utf8), as: EventType("workspace.room_painted"), to: broken.uuid)
        let given = try await story.open()
        let painted = try await story.append(Array("{}".utf8), as: EventType("workspace.room_painted"), to: given.uuid)
        try await story.append(
            .dropped(stream: given.uuid, position: painted, reason: "painted", by: "eve"),
            to: RepairID(of: given.uuid)
        )
        try await story.limit()
        return (ada, room, message)
    }
}
