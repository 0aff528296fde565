import Commands
import EventStore
import Events
import Foundation
import Postgres
import Sessions
import Synchronization
import TestSupport
import Testing

struct SessionStoreTests {
    private let tenant = Tenant(id: .v7(), partition: Partition(2))
    private let user = UserID()

    private func run(_ body: (TestDatabase, TestControl) async throws -> Void) async throws {
        try await TestDatabase.run { database in try await body(database, database.control()) }
    }

    /// As of another process.
    private func store(_ database: TestDatabase, _ control: TestControl) -> SessionStore {
        control.store(pool: control.pool(as: .gateway))
    }

    @Test func `a token stands for the user of its tenant`() async throws {
        try await run { (database, control) async throws in
            let (id, expiresAt, token) = try await control.open(tenant: tenant, user: user)
            #expect(token.hasPrefix("dbk_"))
            #expect(token.count == 47)
            let session = try #require(try await store(database, control).authenticate(token))
            #expect(session.id == id.uuid)
            #expect(session.tenant == tenant)
            #expect(session.cell == "main")
            #expect(session.user == user)
            #expect(session.expiresAt == expiresAt)
        }
    }

    @Test func `what was never given out is nobody's token`() async throws {
        let tokens = [
            "", "dbk_", "Bearer", String(repeating: "x", count: 47), "dbk_" + String(repeating: "A", count: 43),
            "dbk_" + String(repeating: "A", count: 42) + "=", "dbk_" + String(repeating: "é", count: 43),
        ]
        try await run { (database, control) async throws in
            let store = store(database, control)
            for token in tokens { #expect(try await store.authenticate(token) == nil, "\(token)") }
        }
    }

    @Test func `no two sessions share a token and the database holds none of them`() async throws {
        try await run { (_, control) async throws in
            let first = try await control.open(tenant: tenant, user: user)
            let second = try await control.open(tenant: tenant, user: user)
            #expect(first.token != second.token)
            let connection = try control.superuser()
            let rows = try connection.execute("SELECT s::text FROM rm.sessions s").decode(String.self)
            #expect(rows.count == 2)
            let events = try connection.execute("SELECT encode(payload, 'escape') FROM es.events").decode(String.self)
            for text in rows + events {
                #expect(!text.contains(first.token.dropFirst(4)))
                #expect(!text.contains(second.token.dropFirst(4)))
            }
        }
    }

    @Test func `a session that has run out is over, though it was cached`() async throws {
        try await run { (database, control) async throws in
            let store = store(database, control)
            let (_, expiresAt, token) = try await control.open(tenant: tenant, user: user, lifetime: .seconds(3))
            #expect(try await store.authenticate(token) != nil)
            while Timestamp.now <= expiresAt { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try await store.authenticate(token) == nil)
            #expect(try await self.store(database, control).authenticate(token) == nil)
        }
    }

    @Test func `a session that lies idle for too long is over, and one that is used is not`() async throws {
        try await run { (database, control) async throws in
            let lifetimes = SessionIssuer.Lifetimes(idle: .seconds(60), absolute: .seconds(3600))
            let issuer = control.plane.issuer
            try await control.register(tenant)
            let idle = try await issuer.open(tenant: tenant, user: user, lifetimes: lifetimes, label: "idle")
            let used = try await issuer.open(tenant: tenant, user: user, lifetimes: lifetimes, label: "used")
            let connection = try control.superuser()
            try connection.execute("UPDATE rm.sessions SET opened_at = opened_at - interval '61 seconds'")
            try connection.execute(
                "INSERT INTO control.session_use (session, last_seen) VALUES (\(used.id.uuid), now())"
            )
            let store = store(database, control)
            #expect(try await store.authenticate(idle.token) == nil)
            #expect(try await store.authenticate(used.token)?.id == used.id.uuid)
        }
    }

    @Test func `a session ended in one process is over in another within a second`() async throws {
        try await run { (database, control) async throws in
            let here = control.plane
            let there = store(database, control)
            let (id, _, token) = try await control.open(tenant: tenant, user: user)
            let session = try #require(try await there.authenticate(token))
            let heard = Mutex(0)
            there.onEnds { ends in
                #expect(ends.cover(session.basis))
                heard.withLock { $0 += 1 }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await there.run() }
                #expect(try await there.authenticate(token) == session)

                #expect(try await here.issuer.close(id))
                let revoked = ContinuousClock.now
                #expect(try await here.sessions.authenticate(token) == nil)
                while try await there.authenticate(token) != nil { try await Task.sleep(for: .milliseconds(10)) }
                #expect(ContinuousClock.now - revoked < .seconds(1))
                // It is asked about again and again, but told once.
                try await Task.sleep(for: .milliseconds(1200))
                #expect(heard.withLock { $0 } == 1)
                #expect(try await there.authenticate(token) == nil)
                group.cancelAll()
            }
            #expect(try await store(database, control).authenticate(token) == nil)
            #expect(try await here.issuer.close(id) == false)
            #expect(try await here.issuer.close(SessionID()) == false)
        }
    }

    @Test func `a session is over everywhere though nobody projects its end`() async throws {
        try await run { (database, control) async throws in
            try await control.register(tenant)
            let account = try await control.run(
                LogIn(issuer: "https://id.example", subject: "1", name: nil, email: nil, emailIsVerified: false)
            ).answer.account
            let lifetimes = SessionIssuer.Lifetimes.fixed(.seconds(600))
            let issuer = control.plane.issuer
            let (own, kept) = (
                try await issuer.open(account: account, lifetimes: lifetimes, label: "own"),
                try await control.open(tenant: tenant, user: UserID())
            )
            let (closed, ended) = (
                try await control.open(tenant: tenant, user: UserID()),
                try await control.open(tenant: tenant, user: user)
            )
            let (known, unknown) = (store(database, control), store(database, control))
            try await unknown.look()
            try await known.look()
            for token in [closed.token, ended.token, kept.token] {
                #expect(try await known.authenticate(token) != nil)
            }
            #expect(try await known.authenticateAccount(own.token) != nil)

            await control.stopProjecting()
            try await control.run(CloseSession(session: closed.id, reason: .revoked))
            try await control.run(EndSessions(of: user, in: TenantID(tenant.id)))
            try await control.run(EndAccountSessions(of: account))
            // One that begins only now, as well.
            for store in [known, unknown, store(database, control)] {
                try await store.look()
                #expect(try await store.authenticate(closed.token) == nil)
                #expect(try await store.authenticate(ended.token) == nil)
                #expect(try await store.authenticateAccount(own.token) == nil)
                #expect(try await store.authenticate(kept.token)?.id == kept.id.uuid)
            }
        }
    }

    @Test func `who has left everywhere opens no session by the one that was left`() async throws {
        try await run { (database, control) async throws in
            try await control.register(tenant)
            let account = try await control.run(
                LogIn(issuer: "https://id.example", subject: "1", name: nil, email: nil, emailIsVerified: false)
            ).answer.account
            let id = TenantID(tenant.id)
            let issuer = control.plane.issuer
            let lifetimes = SessionIssuer.Lifetimes.fixed(.seconds(600))
            let old = try await issuer.open(account: account, lifetimes: lifetimes, label: "old")
            try await control.run(EndAccountSessions(of: account))
            let new = try await issuer.open(account: account, lifetimes: lifetimes, label: "new")
            func code(from parent: SessionID) async throws -> String? {
                do {
                    let user = UserID(account, in: id)
                    _ = try await issuer.open(
                        tenant: tenant,
                        user: user,
                        from: parent,
                        lifetimes: lifetimes,
                        label: "x"
                    )
                    return nil
                } catch CommandError.refused(let refusal) {
                    return refusal.code
                }
            }
            #expect(try await code(from: old.id) == "session.over")
            // Of a session that is good they would come in, were they a user of the tenant.
            #expect(try await code(from: new.id) == "tenant.not_found")
        }
    }

    @Test func `all sessions of a user end together, and nobody else's`() async throws {
        try await run { (database, control) async throws in
            let mine = [
                try await control.open(tenant: tenant, user: user), try await control.open(tenant: tenant, user: user),
            ]
            let other = try await control.open(tenant: tenant, user: UserID())
            try await control.plane.issuer.endAll(of: user, in: tenant)
            let later = try await control.open(tenant: tenant, user: user)
            for store in [control.plane.sessions, store(database, control)] {
                for session in mine { #expect(try await store.authenticate(session.token) == nil) }
                #expect(try await store.authenticate(other.token)?.id == other.id.uuid)
                #expect(try await store.authenticate(later.token)?.id == later.id.uuid)
            }
        }
    }

    @Test func `while the database is away known tokens work, and others get an error instead of a no`() async throws {
        try await run { (database, control) async throws in
            let pool = control.pool(as: .gateway)
            let store = control.store(pool: pool)
            let (session, _, token) = try await control.open(tenant: tenant, user: user)
            let other = try await control.open(tenant: tenant, user: user).token
            let unknown = "dbk_" + String(repeating: "A", count: 43)
            #expect(try await store.authenticate(token)?.id == session.uuid)
            #expect(try await store.authenticate(unknown) == nil)
            await pool.close()

            #expect(try await store.authenticate(token)?.id == session.uuid)
            // Asked a moment ago, so the database is spared the question.
            #expect(try await store.authenticate(unknown) == nil)
            let error = await #expect(throws: PostgresError.self) { try await store.authenticate(other) }
            #expect(error?.isUnavailable == true)
        }
    }

    @Test func `nobody comes into a tenant that has no place yet`() async throws {
        try await run { (database, control) async throws in
            let id = TenantID(tenant.id)
            try await control.run(FoundOrg(org: OrgID(), tenant: id, slug: "acme", name: "Acme"))
            let lifetimes = SessionIssuer.Lifetimes.fixed(.seconds(60))
            let early = try await control.plane.issuer.open(
                tenant: tenant,
                user: user,
                lifetimes: lifetimes,
                label: "early"
            )
            let directory = TenantDirectory(pool: control.pool(as: .gateway))
            #expect(try await store(database, control).authenticate(early.token) == nil)
            #expect(try await directory.tenant(named: "acme")?.tenant == nil)
            #expect(try await control.plane.registry.tenant(named: "acme")?.place == nil)

            try await control.run(AssignCell(tenant: id, cell: "main", partition: tenant.partition))
            try await control.run(ActivateTenant(tenant: id))
            #expect(try await control.plane.registry.tenant(named: "acme")?.place == tenant)
            try await control.isProjected()
            #expect(try await directory.tenant(named: "acme")?.tenant == tenant)
            #expect(try await store(database, control).authenticate(early.token) != nil)
        }
    }
}
