import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Projections

struct SnapshotTests {
    @Test func `a snapshot has the parts that were asked for, and where it stands`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(.private, members: [ada, bob])
            try await story.post(in: room, by: ada)
            let last = try await story.project()
            let snapshot = try await story.reads.snapshot(of: Set(SnapshotPart.allCases), for: bob, in: story.tenant)
            #expect(snapshot.position == last)
            #expect(try await snapshot.me == story.reads.user(bob, in: story.tenant))
            #expect(snapshot.users?.map(\.id) == [ada, bob].sorted().map { "\($0)" })
            let view = try #require(try await story.reads.room(room, for: bob, in: story.tenant))
            #expect(snapshot.rooms?.map(\.room) == [view])
            #expect(
                snapshot.rooms?.first?.members
                    == [ada, bob].sorted().map { MemberView(userID: "\($0)", role: .member) }
            )
            #expect(try await snapshot.unread == story.reads.unread(for: bob, in: story.tenant))

            let part = try await story.reads.snapshot(of: [.unread], for: bob, in: story.tenant)
            #expect(part.me == nil && part.users == nil && part.rooms == nil && part.unread?.count == 1)
            let nothing = try await story.reads.snapshot(of: [], for: bob, in: story.tenant)
            #expect(nothing == Snapshot(position: last))
        }
    }

    @Test func `members are listed of the rooms that one is in, and of no others`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let inside = try await story.open(.channel, members: [ada, bob])
            let outside = try await story.open(.channel, members: [ada])
            let left = try await story.open(.channel, members: [ada, bob])
            try await story.append(.memberRemoved(user: bob), to: left)
            try await story.project()
            let snapshot = try await story.reads.snapshot(of: [.rooms], for: bob, in: story.tenant)
            let members = Dictionary(
                uniqueKeysWithValues: try #require(snapshot.rooms).map { ($0.room.id, $0.members?.map(\.userID)) }
            )
            #expect(members == ["\(inside)": [ada, bob].sorted().map { "\($0)" }, "\(outside)": nil, "\(left)": nil])
        }
    }

    @Test func `all parts and the position are of one moment, whatever is written meanwhile`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let base = try await story.project()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // One message a batch, each with a marker by someone else in between: the counts move with the position.
                    for _ in 0..<60 {
                        try await story.post(in: room, by: UserID())
                        try await story.project(batches: 1)
                    }
                }
                group.addTask {
                    while true {
                        let snapshot = try await story.reads.snapshot(
                            of: [.rooms, .unread],
                            for: ada,
                            in: story.tenant
                        )
                        let posted = snapshot.position - base
                        #expect(snapshot.unread?[0].lastSeq == posted && snapshot.unread?[0].unread == posted)
                        if posted == 60 { return }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `the JSON has snake_case names, the room's members within it, and no raw position`() async throws {
        func room(_ role: RoomRole?) -> RoomView {
            RoomView(
                id: "room_1",
                kind: .channel,
                name: "general",
                topic: nil,
                archived: false,
                createdAt: Timestamp(microseconds: 0),
                role: role,
                version: 1
            )
        }
        let snapshot = Snapshot(
            position: 77,
            rooms: [
                RoomSnapshot(room: room(.member), members: [MemberView(userID: "user_1", role: .moderator)]),
                RoomSnapshot(room: room(nil), members: nil),
            ]
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(
            String(decoding: try encoder.encode(snapshot), as: UTF8.self) == """
                {"rooms":[{"archived":false,"created_at":"1970-01-01T00:00:00.000000Z","id":"room_1","kind":"channel",\
                "members":[{"role":"moderator","user_id":"user_1"}],"name":"general","role":"member","topic":null,"version":1},\
                {"archived":false,"created_at":"1970-01-01T00:00:00.000000Z","id":"room_1","kind":"channel",\
                "members":null,"name":"general","role":null,"topic":null,"version":1}]}
                """
        )
    }
}
