import EventStore
import Events
import Foundation
import Migrations
import Postgres
import Sessions
import Synchronization
import TestSupport
import Testing

struct SessionStoreTests {
    private let tenant = Tenant(id: .v7(), partition: Partition(2))
    private let user = UserID()

    private func run(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            let schema = URL(filePath: TestDatabase.schema).appending(path: "../control").standardizedFileURL.path
            // A database that was copied has its template's content, but not who may make schemas in it.
            try PostgresConnection(database.configuration())
                .executeScript("GRANT CREATE ON DATABASE \(database.name) TO daybook_owner")
            try Migrator(schema: schema, configuration: database.configuration()).migrate()
            try await body(database)
        }
    }

    private func store(_ database: TestDatabase) -> SessionStore {
        SessionStore(pool: database.pool(as: .gateway), logger: database.logger)
    }

    @Test func `a token stands for the user of its tenant`() async throws {
        try await run { (database) async throws in
            let (session, token) = try await store(database).open(
                tenant: tenant,
                user: user,
                lifetime: .seconds(60),
                label: "test"
            )
            #expect(token.hasPrefix("dbk_"))
            #expect(token.count == 47)
            #expect(session.tenant == tenant)
            #expect(session.user == user)
            #expect(try await store(database).authenticate(token) == session)
        }
    }

    @Test func `what was never given out is nobody's token`() async throws {
        let tokens = [
            "", "dbk_", "Bearer", String(repeating: "x", count: 47), "dbk_" + String(repeating: "A", count: 43),
            "dbk_" + String(repeating: "A", count: 42) + "=", "dbk_" + String(repeating: "é", count: 43),
        ]
        try await run { (database) async throws in
            let store = store(database)
            for token in tokens { #expect(try await store.authenticate(token) == nil, "\(token)") }
        }
    }

    @Test func `no two sessions share a token and the database holds none of them`() async throws {
        try await run { (database) async throws in
            let store = store(database)
            let first = try await store.open(tenant: tenant, user: user, lifetime: .seconds(60), label: "test")
            let second = try await store.open(tenant: tenant, user: user, lifetime: .seconds(60), label: "test")
            #expect(first.token != second.token)
            let rows = try await database.pool().query("SELECT s::text FROM control.sessions s", as: String.self)
            #expect(rows.count == 2)
            for row in rows {
                #expect(!row.contains(first.token.dropFirst(4)))
                #expect(!row.contains(second.token.dropFirst(4)))
            }
        }
    }

    @Test func `a session that has run out is over, though it was cached`() async throws {
        try await run { (database) async throws in
            let store = store(database)
            let (session, token) = try await store.open(
                tenant: tenant,
                user: user,
                lifetime: .seconds(3),
                label: "test"
            )
            #expect(try await store.authenticate(token) != nil)
            while Timestamp.now <= session.expiresAt { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try await store.authenticate(token) == nil)
            #expect(try await self.store(database).authenticate(token) == nil)
        }
    }

    @Test func `a session revoked in one process is over in another within a second`() async throws {
        try await run { (database) async throws in
            let (here, there) = (store(database), store(database))
            let (session, token) = try await here.open(
                tenant: tenant,
                user: user,
                lifetime: .seconds(60),
                label: "test"
            )
            let heard = Mutex<[UUID]>([])
            there.onRevoked { id in heard.withLock { $0.append(id) } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await there.run() }
                #expect(try await there.authenticate(token) == session)

                #expect(try await here.revoke(session.id))
                let revoked = ContinuousClock.now
                #expect(try await here.authenticate(token) == nil)
                while try await there.authenticate(token) != nil { try await Task.sleep(for: .milliseconds(10)) }
                #expect(ContinuousClock.now - revoked < .seconds(1))
                // It is asked about again and again, but told once.
                try await Task.sleep(for: .milliseconds(1200))
                #expect(heard.withLock { $0 } == [session.id])
                #expect(try await there.authenticate(token) == nil)
                group.cancelAll()
            }
            #expect(try await self.store(database).authenticate(token) == nil)
            #expect(try await here.revoke(session.id) == false)
            #expect(try await here.revoke(UUID()) == false)
        }
    }

    @Test func `while the database is away known tokens work, and others get an error instead of a no`() async throws {
        try await run { (database) async throws in
            let pool = database.pool(as: .gateway)
            let store = SessionStore(pool: pool, logger: database.logger)
            let (session, token) = try await store.open(
                tenant: tenant,
                user: user,
                lifetime: .seconds(60),
                label: "test"
            )
            let other = try await store.open(tenant: tenant, user: user, lifetime: .seconds(60), label: "test").token
            let unknown = "dbk_" + String(repeating: "A", count: 43)
            #expect(try await store.authenticate(token) == session)
            #expect(try await store.authenticate(unknown) == nil)
            await pool.close()

            #expect(try await store.authenticate(token) == session)
            // Asked a moment ago, so the database is spared the question.
            #expect(try await store.authenticate(unknown) == nil)
            let error = await #expect(throws: PostgresError.self) { try await store.authenticate(other) }
            #expect(error?.isUnavailable == true)
        }
    }

    @Test func `a taken slug keeps its tenant`() async throws {
        try await run { (database) async throws in
            let directory = TenantDirectory(pool: database.pool(as: .appender))
            #expect(try await directory.tenant(named: "demo") == nil)
            #expect(try await directory.register(slug: "demo", tenant: tenant) == tenant)
            let other = Tenant(id: .v7(), partition: Partition(0))
            #expect(try await directory.register(slug: "demo", tenant: other) == tenant)
            #expect(try await TenantDirectory(pool: database.pool(as: .gateway)).tenant(named: "demo") == tenant)
        }
    }
}
