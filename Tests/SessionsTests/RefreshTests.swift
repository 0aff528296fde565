import EventStore
import Events
import Foundation
import Postgres
import Sessions
import TestSupport
import Testing

struct RefreshTests {
    private let tenant = Tenant(id: .v7(), partition: Partition(1))

    private func token(_ refreshed: SessionIssuer.Refreshed) throws -> String {
        guard case .user(let token) = refreshed else {
            Issue.record("\(refreshed)")
            throw CancellationError()
        }
        return token
    }

    private func isRefused(_ refreshed: SessionIssuer.Refreshed) -> Bool {
        if case .refused = refreshed { true } else { false }
    }

    @Test func `a token that is replaced is good for another minute, and the new one as long as the session`()
        async throws
    {
        try await TestDatabase.run { database in
            let control = try await database.control()
            let (session, _, first) = try await control.open(tenant: tenant, user: UserID())
            let second = try token(try await control.plane.issuer.refresh(first))
            let elsewhere = control.store(pool: control.pool(as: .gateway))
            #expect(try await elsewhere.authenticate(second)?.id == session.uuid)
            #expect(try await elsewhere.authenticate(first)?.id == session.uuid)
            // An answer that was lost is asked for again.
            let third = try token(try await control.plane.issuer.refresh(first))
            #expect(Set([first, second, third]).count == 3)
            #expect(try await control.plane.sessions.authenticate(third)?.id == session.uuid)
        }
    }

    @Test func `a token that is shown long after it was replaced ends the session for both who have it`() async throws {
        try await TestDatabase.run { database in
            let control = try await database.control()
            let first = try await control.open(tenant: tenant, user: UserID()).token
            let second = try token(try await control.plane.issuer.refresh(first))
            try control.superuser().execute("UPDATE rm.sessions SET previous_until = now() - interval '1 second'")
            let elsewhere = control.store(pool: control.pool(as: .gateway))
            #expect(try await elsewhere.authenticate(first) == nil)
            #expect(try await elsewhere.authenticate(second) != nil)
            #expect(isRefused(try await control.plane.issuer.refresh(first)))
            #expect(isRefused(try await control.plane.issuer.refresh(second)))
            #expect(try await control.plane.sessions.authenticate(second) == nil)
        }
    }

    @Test func `what is nobody's token is refused`() async throws {
        try await TestDatabase.run { database in
            let control = try await database.control()
            for text in [
                "", "dbk_", "dbk_" + String(repeating: "A", count: 43), "dba_" + String(repeating: "A", count: 43),
            ] {
                #expect(isRefused(try await control.plane.issuer.refresh(text)), "\(text)")
            }
        }
    }
}
