import EventStore
import Events
import Postgres
import TestSupport
import Testing

@testable import Projections

struct RoomProjectionTests {
    @Test func `a room is created, changed, archived and restored`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = RoomID()
            try await story.append(.created(kind: .channel, name: "general", topic: "all", source: nil), to: room)
            try await story.append(.changed(name: "lobby", topic: nil), to: room)
            try await story.append(.archived, to: room)
            try await story.project()
            var view = try #require(try await story.reads.room(room, for: ada, in: story.tenant))
            #expect(
                view.name == "lobby" && view.topic == "all" && view.archived && view.role == nil && view.version == 3
            )
            #expect(view.kind == .channel && view.id == "\(room)")

            try await story.append(.restored, to: room)
            try await story.append(.changed(name: nil, topic: "anything"), to: room)
            try await story.project()
            view = try #require(try await story.reads.room(room, for: ada, in: story.tenant))
            #expect(view.name == "lobby" && view.topic == "anything" && !view.archived && view.version == 5)
        }
    }

    @Test func `memberships keep their intervals`() async throws {
        try await Story.run { story in
            let ada = try await story.join()  // 1
            let room = try await story.open(.private)  // 2
            try await story.append(.memberAdded(user: ada, role: .member), to: room)  // 3
            try await story.append(.memberRoleChanged(user: ada, role: .moderator), to: room)  // 4
            try await story.project()
            #expect(try await story.reads.room(room, for: ada, in: story.tenant)?.role == .moderator)

            try await story.append(.memberRemoved(user: ada), to: room)  // 5
            try await story.append(.memberAdded(user: ada, role: .member), to: room)  // 6
            try await story.project()
            let intervals = try await story.query(
                "SELECT from_position, to_position, role FROM rm.memberships WHERE member = \(ada.uuid) ORDER BY 1",
                as: (Int64, Int64?, String).self
            ).map { "\($0)..<\($1.map(String.init) ?? "") \($2)" }
            #expect(intervals == ["3..<5 moderator", "6..< member"])
            #expect(try await story.reads.room(room, for: ada, in: story.tenant)?.version == 5)
        }
    }

    @Test func `a range-delete takes the messages of the range, of one author if it says so`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let bob = try await story.join(name: "Bob")
            let room = try await story.open(members: [ada, bob])
            var messages: [MessageID] = []
            for author in [ada, bob, ada, bob] {
                messages.append(
                    try await story.post(
                        in: room,
                        by: author,
                        mentions: [ada, bob],
                        attachments: [Attachment(name: "a.png")]
                    )
                )
            }
            for message in messages {
                try await story.append(.reactionAdded(room: room, user: bob, emoji: "👍", source: nil), to: message)
                try await story.append(
                    .edited(room: room, editor: ada, body: Personal("hi", of: ada), mentions: [bob], source: nil),
                    to: message
                )
            }
            try await story.append(
                .messagesRangeDeleted(from: 1, to: 3, author: ada, reason: "spam"),
                to: room,
                by: .user(bob)
            )
            // What comes later is not what was there.
            try await story.post("later", in: room, by: ada)
            try await story.project()

            let views = try #require(
                try await story.reads.messages(in: room, .newest, limit: 10, for: bob, in: story.tenant)
            )
            #expect(views.map { $0.deletedAt != nil } == [true, false, true, false, false])
            for gone in [views[0], views[2]] {
                #expect(gone.body == nil && gone.mentions == [] && gone.attachments == [] && gone.reactions == [])
                // Posted, reaction, edit, and the range-delete.
                #expect(gone.version == 4)
            }
            #expect(views[1].version == 3 && views[1].body == "hi" && views[1].reactions.count == 1)
            let left = try await story.query(
                """
                SELECT (SELECT count(*) FROM rm.revisions), (SELECT count(*) FROM rm.reactions),
                       (SELECT count(DISTINCT seq) FROM rm.mentions), (SELECT count(*) FROM rm.messages WHERE deleted_by = \(bob.uuid)
                         AND deleted_reason = 'spam')
                """,
                as: (Int, Int, Int, Int).self
            )[0]
            // Bob's messages mention but himself since the edit, and Ada's are gone.
            #expect(left == (2, 2, 0, 2))
        }
    }
}
