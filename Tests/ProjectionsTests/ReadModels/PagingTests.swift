import EventStore
import Events
import Postgres
import TestSupport
import Testing

@testable import Projections

struct PagingTests {
    @Test func `users come by identifier, in pages forwards and back`() async throws {
        try await Story.run { story in
            var users: [UserID] = []
            for _ in 0..<5 { users.append(try await story.join()) }
            try await story.project()
            let expected = users.sorted().map { "\($0)" }
            let first = try await story.reads.users(.init(limit: 2), in: story.tenant)
            #expect(first.items.map(\.id) == Array(expected[0..<2]) && first.previous == nil)
            let second = try await story.reads.users(.init(limit: 2, cursor: first.next), in: story.tenant)
            #expect(second.items.map(\.id) == Array(expected[2..<4]))
            let third = try await story.reads.users(.init(limit: 2, cursor: second.next), in: story.tenant)
            #expect(third.items.map(\.id) == Array(expected[4...]) && third.next == nil)
            let back = try await story.reads.users(
                .init(limit: 3, cursor: third.previous, backwards: true),
                in: story.tenant
            )
            #expect(back.items.map(\.id) == Array(expected[1..<4]))
            let start = try await story.reads.users(
                .init(limit: 3, cursor: back.previous, backwards: true),
                in: story.tenant
            )
            #expect(start.items.map(\.id) == [expected[0]] && start.previous == nil)
            let again = try await story.reads.users(.init(limit: 3, cursor: start.next), in: story.tenant)
            #expect(again.items == back.items)
            let end = try await story.reads.users(.init(limit: 2, backwards: true), in: story.tenant)
            #expect(end.items.map(\.id) == Array(expected[3...]) && end.next == nil && end.previous != nil)
        }
    }

    @Test func `a page as long as the list has no neighbours`() async throws {
        try await Story.run { story in
            for _ in 0..<3 { try await story.join() }
            try await story.project()
            let page = try await story.reads.users(.init(limit: 3), in: story.tenant)
            #expect(page.items.count == 3 && page.next == nil && page.previous == nil)
        }
    }

    @Test func `a cursor that is no key is an error`() async throws {
        try await Story.run { story in
            await #expect(throws: Paging.BadCursor.self) {
                try await story.reads.users(.init(limit: 3, cursor: "x"), in: story.tenant)
            }
        }
    }

    @Test func `rooms and members come in pages too`() async throws {
        try await Story.run { story in
            var users: [UserID] = []
            for _ in 0..<4 { users.append(try await story.join()) }
            var rooms: [RoomID] = []
            // A member of some, of channels that it would see anyway too.
            for number in 0..<6 {
                rooms.append(
                    try await story.open(
                        number % 2 == 0 ? .channel : .private,
                        members: number % 3 == 0 ? [users[0]] : users
                    )
                )
            }
            let hidden = try await story.open(.private, members: [users[1]])
            try await story.project()
            let (reads, tenant, viewer) = (story.reads, story.tenant, users[0])

            let expected = rooms.sorted().map { "\($0)" }
            var seen: [String] = []
            var cursor: String?
            repeat {
                let page = try await reads.rooms(.init(limit: 4, cursor: cursor), for: viewer, in: tenant)
                seen += page.items.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(seen == expected && !seen.contains("\(hidden)"))
            let back = try await reads.rooms(.init(limit: 4, backwards: true), for: viewer, in: tenant)
            #expect(back.items.map(\.id) == Array(expected.suffix(4)))

            let members = users.sorted().map { "\($0)" }
            let first = try #require(try await reads.members(of: rooms[1], .init(limit: 3), for: viewer, in: tenant))
            #expect(first.items.map(\.userID) == Array(members.prefix(3)))
            let rest = try #require(
                try await reads.members(of: rooms[1], .init(limit: 3, cursor: first.next), for: viewer, in: tenant)
            )
            #expect(rest.items.map(\.userID) == Array(members.suffix(1)) && rest.next == nil)
        }
    }

    @Test func `messages are read from every side, oldest first`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let empty = try await story.open()
            for number in 1...9 { try await story.post("\(number)", in: room, by: ada) }
            try await story.project()
            func read(_ anchor: ReadModels.Anchor, limit: Int) async throws -> [Int64?]? {
                try await story.reads.messages(in: room, anchor, limit: limit, for: ada, in: story.tenant)?.map(\.seq)
            }
            #expect(try await read(.newest, limit: 3) == [7, 8, 9])
            #expect(try await read(.newest, limit: 20)?.count == 9)
            #expect(try await read(.before(seq: 4), limit: 2) == [2, 3])
            #expect(try await read(.before(seq: 1), limit: 2) == [])
            #expect(try await read(.after(seq: 4), limit: 2) == [5, 6])
            #expect(try await read(.after(seq: 9), limit: 2) == [])
            #expect(try await read(.around(seq: 5), limit: 5) == [3, 4, 5, 6, 7])
            #expect(try await read(.around(seq: 5), limit: 4) == [4, 5, 6, 7])
            #expect(try await read(.around(seq: 5), limit: 1) == [5])
            #expect(try await read(.around(seq: 1), limit: 5) == [1, 2, 3])
            #expect(try await read(.around(seq: 9), limit: 5) == [7, 8, 9])
            #expect(try await story.reads.messages(in: empty, .newest, limit: 3, for: ada, in: story.tenant) == [])
        }
    }
}
