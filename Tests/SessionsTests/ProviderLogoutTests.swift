import Commands
import EventStore
import Events
import Foundation
import Postgres
import Sessions
import TestSupport
import Testing

struct ProviderLogoutTests {
    private static let issuer = "https://id.example.com"
    private let tenant = Tenant(id: .v7(), partition: Partition(2))

    /// Somebody who is a user of the tenant, logged in at a provider.
    private struct Person {
        let control: TestControl
        let tenant: Tenant
        let account: AccountID
        let subject: String
        let user = UserID()

        func login(_ session: String?, at time: Timestamp = .now) -> SessionEvent.Login {
            SessionEvent.Login(
                provider: "dev",
                identity: IdentityID(issuer: ProviderLogoutTests.issuer, subject: subject),
                session: session.map { IdentityEvent.session($0, at: ProviderLogoutTests.issuer) },
                authenticatedAt: time
            )
        }

        /// A session of their own, and one in the tenant that comes from it.
        func logIn(
            _ session: String?,
            at time: Timestamp = .now
        ) async throws -> (
            id: SessionID, own: String, user: String
        ) {
            let issuer = control.plane.issuer
            let lifetimes = SessionIssuer.Lifetimes.fixed(.seconds(600))
            let own = try await issuer.open(
                account: account,
                by: login(session, at: time),
                lifetimes: lifetimes,
                label: "a browser"
            )
            let entered = try await issuer.open(
                tenant: tenant,
                user: user,
                from: own.id,
                lifetimes: lifetimes,
                label: "a tab"
            )
            return (own.id, own.token, entered.token)
        }

        func logOut(_ token: String, _ session: String?, naming subject: String?) async throws {
            try await control.plane.identities.heed(
                Identities.Logout(
                    issuer: ProviderLogoutTests.issuer,
                    subject: subject,
                    session: session,
                    token: token,
                    at: .now,
                    replayableUntil: Timestamp(microseconds: Timestamp.now.microseconds + 600_000_000)
                )
            )
        }
    }

    private func run(_ body: (TestControl, Person, SessionStore) async throws -> Void) async throws {
        try await TestDatabase.run { (database) async throws in
            let control = try await database.control()
            try await control.register(tenant)
            let subject = UUID().text
            let account = try await control.run(
                LogIn(issuer: Self.issuer, subject: subject, name: "Ada", email: nil, emailIsVerified: false)
            ).answer.account
            let person = Person(control: control, tenant: tenant, account: account, subject: subject)
            try await control.run(JoinTenant(account: account, tenant: TenantID(tenant.id), user: person.user))
            // As of another process, which learns of it by the log alone.
            let there = control.store(pool: control.pool(as: .gateway))
            try await body(control, person, there)
        }
    }

    /// Makes somebody a user of a tenant, as taking an invitation does.
    private struct JoinTenant: Command {
        static let name = "test_join_tenant"
        let account: AccountID
        let tenant: TenantID
        let user: UserID

        func load(by loader: borrowing StateLoader) async throws -> Loaded<Account> {
            try await loader.load(Account.self, account)
        }

        func decide(_ state: Loaded<Account>, for caller: Caller) throws(Refusal) -> Decision<Done> {
            var decision = Decision<Done>()
            decision.append(.membershipAdded(tenant: tenant, user: user), to: account)
            return decision
        }
    }

    /// Which of them are live.
    private func live(
        _ sessions: [(id: SessionID, own: String, user: String)],
        _ store: SessionStore
    ) async throws -> [Bool] {
        var live: [Bool] = []
        for session in sessions {
            let own = try await store.authenticateAccount(session.own) != nil
            let user = try await store.authenticate(session.user) != nil
            #expect(own == user, "a session in a tenant ends with the one that it comes from")
            live.append(own)
        }
        return live
    }

    private func code(_ body: () async throws -> Void) async throws -> String? {
        do { try await body() } catch CommandError.refused(let refusal) { return refusal.code }
        return nil
    }

    @Test(arguments: [true, false])
    func `a session that ends at the provider ends here, in every process, and no other does`(
        isNamed: Bool
    ) async throws {
        try await run { (control, ada, there) async throws in
            let (laptop, phone) = (try await ada.logIn("s-1"), try await ada.logIn("s-2"))
            let unnamed = try await ada.logIn(nil)
            #expect(try await live([laptop, phone, unnamed], there) == [true, true, true])
            await control.stopProjecting()
            try await ada.logOut("t-1", "s-1", naming: isNamed ? ada.subject : nil)
            try await there.look()
            #expect(try await live([laptop], there) == [false])
            #expect(try await live([phone], there) == [true])
            // Of this one it is not known whence it came.
            #expect(try await live([unnamed], there) == [false])
            #expect(try await live([laptop], control.plane.sessions) == [false])
        }
    }

    @Test func `a logout of the person ends all, and is good once`() async throws {
        try await run { (control, ada, there) async throws in
            let (laptop, phone) = (try await ada.logIn("s-1"), try await ada.logIn(nil))
            #expect(try await live([laptop, phone], there) == [true, true])
            try await ada.logOut("t-1", nil, naming: ada.subject)
            try await there.look()
            #expect(try await live([laptop, phone], there) == [false, false])
            let again = try await ada.logIn("s-3")
            #expect(try await code { try await ada.logOut("t-1", nil, naming: ada.subject) } == "logout.replayed")
            #expect(try await live([again], there) == [true])
            // What is read anew says the same as what was heard.
            try await control.isProjected()
            let later = control.store(pool: control.pool(as: .gateway))
            #expect(try await live([laptop, phone, again], later) == [false, false, true])
            // Of whom nothing is known, nothing ends, and nothing is kept.
            try await ada.logOut("t-2", nil, naming: "nobody")
            try await ada.logOut("t-3", "s-unknown", naming: nil)
            #expect(try await live([again], there) == [true])
        }
    }

    @Test func `a login that the provider has ended meanwhile opens no session`() async throws {
        try await run { (control, ada, _) async throws in
            let before = Timestamp(microseconds: Timestamp.now.microseconds - 5_000_000)
            try await ada.logOut("t-1", "s-1", naming: ada.subject)
            #expect(try await code { _ = try await ada.logIn("s-1") } == "session.over")
            _ = try await ada.logIn("s-2", at: before)
            try await ada.logOut("t-2", nil, naming: ada.subject)
            #expect(try await code { _ = try await ada.logIn("s-3", at: before) } == "session.over")
            _ = try await ada.logIn("s-3")
        }
    }

    @Test func `what was opened by an identity ends when it is unlinked, and it opens nothing of the account's`()
        async throws
    {
        try await run { (control, ada, there) async throws in
            let own = try await ada.logIn("s-1")
            let other = Person(control: control, tenant: tenant, account: ada.account, subject: UUID().text)
            try await control.plane.identities.link(
                issuer: Self.issuer,
                subject: other.subject,
                to: ada.account,
                from: own.id
            )
            #expect(try await control.plane.identities.all(of: ada.account).count == 2)
            let second = try await control.plane.issuer.open(
                account: ada.account,
                by: other.login("s-2"),
                lifetimes: .fixed(.seconds(600)),
                label: "another"
            )
            #expect(try await there.authenticateAccount(second.token) != nil)
            let identity = other.login(nil).identity
            try await control.plane.identities.unlink(identity, from: ada.account)
            try await there.look()
            #expect(try await there.authenticateAccount(second.token) == nil)
            #expect(try await live([own], there) == [true])
            let refused = try await code {
                _ = try await control.plane.issuer.open(
                    account: ada.account,
                    by: other.login("s-3"),
                    lifetimes: .fixed(.seconds(600)),
                    label: "another"
                )
            }
            #expect(refused == "session.over")
            #expect(
                try await code { try await control.plane.identities.unlink(ada.login(nil).identity, from: ada.account) }
                    == "identity.last"
            )
        }
    }

    @Test func `a login grows old, and whoever shows again who they are is known for it at once, in a tenant too`()
        async throws
    {
        try await run { (control, ada, there) async throws in
            let hourAgo = Timestamp(microseconds: Timestamp.now.microseconds - 3_600_000_000)
            let session = try await ada.logIn("s-1", at: hourAgo)
            let own = try #require(try await there.authenticateAccount(session.own))
            let user = try #require(try await there.authenticate(session.user))
            #expect(own.provider == "dev" && own.authenticatedAt == hourAgo && user.authenticatedAt == hourAgo)
            #expect(try await !there.isRecent(own.id.uuid, known: own.authenticatedAt))
            #expect(try await !there.isRecent(user.id, known: user.authenticatedAt))
            try await control.plane.issuer.reauthenticate(session.id, of: ada.account, at: .now)
            try await control.isProjected()
            // It is asked for past what is cached.
            #expect(try await there.isRecent(own.id.uuid, known: own.authenticatedAt))
            #expect(try await there.isRecent(user.id, known: user.authenticatedAt))
            // What came from no provider is recent as long as it lasts.
            let machines = try await control.plane.issuer.open(
                account: ada.account,
                lifetimes: .fixed(.seconds(600)),
                label: "a terminal"
            )
            let mine = try #require(try await there.authenticateAccount(machines.token))
            #expect(try await there.isRecent(mine.id.uuid, known: mine.authenticatedAt))
            #expect(
                try await code {
                    try await control.plane.issuer.reauthenticate(session.id, of: AccountID(), at: .now)
                } == "session.over"
            )
        }
    }
}
