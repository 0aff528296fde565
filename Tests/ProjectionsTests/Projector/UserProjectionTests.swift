import EventStore
import Events
import Postgres
import TestSupport
import Testing

@testable import Projections

struct UserProjectionTests {
    @Test func `a user joins, changes name and role, and leaves`() async throws {
        try await Story.run { story in
            let ada = try await story.join(.admin, name: "Ada")
            try await story.project()
            #expect(
                try await story.reads.user(ada, in: story.tenant)
                    == UserView(
                        id: "\(ada)",
                        handle: "ada",
                        name: "Ada",
                        kind: .person,
                        role: .admin,
                        active: true,
                        version: 1
                    )
            )
            try await story.append(.profileChanged(name: Personal("Ada L.", of: ada)), to: ada)
            try await story.append(.roleChanged(role: .guest), to: ada)
            try await story.append(.deactivated, to: ada)
            try await story.project()
            #expect(
                try await story.reads.user(ada, in: story.tenant)
                    == UserView(
                        id: "\(ada)",
                        handle: "ada",
                        name: "Ada L.",
                        kind: .person,
                        role: .guest,
                        active: false,
                        version: 4
                    )
            )
            try await story.append(.reactivated, to: ada)
            try await story.project()
            #expect(try await story.reads.user(ada, in: story.tenant)?.active == true)
        }
    }

    @Test func `the times when a user could see anything have positions`() async throws {
        try await Story.run { story in
            let ada = try await story.join(.owner)  // 1
            try await story.append(.roleChanged(role: .member), to: ada)  // 2: no longer what is for administrators
            try await story.append(.roleChanged(role: .guest), to: ada)  // 3
            try await story.append(.roleChanged(role: .auditor), to: ada)  // 4
            try await story.append(.deactivated, to: ada)  // 5
            try await story.append(.roleChanged(role: .member), to: ada)  // 6: still away
            try await story.append(.reactivated, to: ada)  // 7
            try await story.project()
            let intervals = try await story.query(
                """
                SELECT from_position, to_position, guest, administrator FROM rm.tenant_memberships
                 WHERE member = \(ada.uuid) ORDER BY 1
                """,
                as: (Int64, Int64?, Bool, Bool).self
            ).map { "\($0)..<\($1.map(String.init) ?? "") \($2 ? "guest" : $3 ? "administrator" : "all")" }
            #expect(intervals == ["1..<2 administrator", "2..<3 all", "3..<4 guest", "7..< all"])
        }
    }

    @Test func `a taken handle needs no row of its own`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            try await story.append(.taken(user: ada), to: HandleID())
            #expect(try await story.project() == 2)
            #expect(try await story.rows(of: "rm.parked") == [])
        }
    }

    @Test func `a person whose key is gone has neither name nor handle`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            try await story.database.destroyKeys(of: ada.uuid, in: story.tenant.id, telling: story.codec.keyring)
            try await story.project()
            let view = try #require(try await story.reads.user(ada, in: story.tenant))
            #expect(view.name == nil && view.handle == nil && view.active)
        }
    }
}
