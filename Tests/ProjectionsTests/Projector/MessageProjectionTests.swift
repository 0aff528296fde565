import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Projections

struct MessageProjectionTests {
    @Test func `a message has all that was posted, and its place in the room`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            let other = try await story.open(members: [ada])
            try await story.post(in: room, by: bob)
            try await story.post(in: other, by: ada)
            let source = Source(system: "slack", id: "17.4", time: Timestamp("2018-11-05T19:30:43.000100Z"))
            let attachment = Attachment(name: "a.png", mediaType: "image/png", size: 7)
            let message = try await story.post(
                "hello @bob",
                in: room,
                by: ada,
                mentions: [bob, ada],
                attachments: [attachment],
                source: source
            )
            try await story.project()
            let view = try #require(try await story.reads.message(message, for: bob, in: story.tenant))
            #expect(view.seq == 2 && view.version == 1 && view.roomID == "\(room)" && view.authorID == "\(ada)")
            #expect(view.body == "hello @bob" && view.mentions == ["\(bob)", "\(ada)"])
            #expect(view.attachments == [attachment] && view.source == source)
            #expect(view.threadID == nil && view.replyCount == 0 && view.editedAt == nil && view.deletedAt == nil)
            #expect(abs((Timestamp.now - view.createdAt).components.seconds) < 60)
            // The author is not told of a mention by itself.
            #expect(
                try await story.query("SELECT member, true FROM rm.mentions", as: (UUID, Bool).self).map(\.0) == [
                    bob.uuid
                ]
            )
        }
    }

    @Test func `an edit keeps the earlier forms`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            let message = try await story.post("one", in: room, by: ada)
            try await story.append(.reactionAdded(room: room, user: bob, emoji: "👍", source: nil), to: message)
            try await story.append(
                .edited(room: room, editor: ada, body: Personal("two", of: ada), mentions: [bob], source: nil),
                to: message
            )
            try await story.append(
                .edited(room: room, editor: bob, body: Personal("three", of: bob), mentions: [], source: nil),
                to: message
            )
            try await story.project()
            let view = try #require(try await story.reads.message(message, for: ada, in: story.tenant))
            #expect(view.body == "three" && view.version == 4 && view.editedAt != nil && view.mentions == [])
            let history = try #require(try await story.reads.history(of: message, for: ada, in: story.tenant))
            #expect(history.map(\.version) == [1, 3, 4])
            #expect(history.map(\.body) == ["one", "two", "three"])
            #expect(history.map(\.editorID) == ["\(ada)", "\(ada)", "\(bob)"])
            #expect(try await story.rows(of: "rm.mentions") == [])
        }
    }

    @Test func `a deleted message is a tombstone, and takes nothing any more`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let message = try await story.post("secret", in: room, by: ada, attachments: [Attachment(name: "a")])
            try await story.append(
                .edited(room: room, editor: ada, body: Personal("secret 2", of: ada), mentions: [], source: nil),
                to: message
            )
            try await story.append(.reactionAdded(room: room, user: ada, emoji: "👍", source: nil), to: message)
            try await story.append(.deleted(room: room, by: ada, reason: "oops"), to: message)
            // A process that has not heard of it yet may still write these.
            try await story.append(.reactionAdded(room: room, user: ada, emoji: "🎉", source: nil), to: message)
            try await story.append(
                .edited(room: room, editor: ada, body: Personal("secret 3", of: ada), mentions: [ada], source: nil),
                to: message
            )
            try await story.project()
            let view = try #require(try await story.reads.message(message, for: ada, in: story.tenant))
            #expect(view.deletedAt != nil && view.seq == 1 && view.version == 6)
            #expect(view.body == nil && view.mentions == [] && view.attachments == [] && view.reactions == [])
            #expect(try await story.reads.history(of: message, for: ada, in: story.tenant) == [])
            for table in try await story.tables() {
                let rows = try await story.rows(of: table)
                #expect(!rows.contains { $0.contains("secret") }, "\(table) keeps a deleted text")
            }
        }
    }

    @Test func `deleting what a range-delete took counts once more and changes nothing`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let message = try await story.post(in: room, by: ada)
            try await story.append(.messagesRangeDeleted(from: 1, to: 1, author: nil, reason: nil), to: room)
            try await story.project()
            let before = try #require(try await story.reads.message(message, for: ada, in: story.tenant))
            try await story.append(.deleted(room: room, by: ada, reason: nil), to: message)
            try await story.project()
            let after = try #require(try await story.reads.message(message, for: ada, in: story.tenant))
            #expect(before.version == 2 && after.version == 3 && before.deletedAt == after.deletedAt)
        }
    }

    @Test func `a reaction is a set element, shown in the order of reacting`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            let message = try await story.post(in: room, by: ada)
            for (user, emoji) in [(bob, "👍"), (ada, "🎉"), (ada, "👍"), (bob, "👍")] {
                try await story.append(.reactionAdded(room: room, user: user, emoji: emoji, source: nil), to: message)
            }
            try await story.project()
            var view = try #require(try await story.reads.message(message, for: ada, in: story.tenant))
            #expect(
                view.reactions == [
                    MessageView.Reaction(emoji: "👍", userIDs: ["\(bob)", "\(ada)"]),
                    MessageView.Reaction(emoji: "🎉", userIDs: ["\(ada)"]),
                ]
            )
            #expect(view.version == 5)
            try await story.append(.reactionRemoved(room: room, user: bob, emoji: "👍"), to: message)
            try await story.project()
            view = try #require(try await story.reads.message(message, for: ada, in: story.tenant))
            #expect(view.reactions.map(\.emoji) == ["🎉", "👍"] && view.version == 6)
        }
    }

    @Test func `answers are counted at the root, in whatever batch they come`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let root = try await story.post("root", in: room, by: ada)
            try await story.post("1", in: room, by: ada, thread: root)
            try await story.post("2", in: room, by: ada, thread: root)
            try await story.post("beside", in: room, by: ada)
            try await story.project()
            let deleted = try await story.post("3", in: room, by: ada, thread: root)
            try await story.append(.deleted(room: room, by: ada, reason: nil), to: deleted)
            try await story.project()
            let thread = try #require(
                try await story.reads.thread(of: root, after: 0, limit: 10, for: ada, in: story.tenant)
            )
            #expect(thread.map(\.body) == ["root", "1", "2", nil])
            #expect(thread[0].replyCount == 3)
            #expect(thread[1].threadID == "\(root)")
            let rest = try await story.reads.thread(of: root, after: 2, limit: 1, for: ada, in: story.tenant)
            #expect(rest?.map(\.body) == ["2"])
        }
    }

    @Test func `a read marker moves forwards and back`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            let first = try await story.post(in: room, by: ada)
            let second = try await story.post(in: room, by: ada)
            // In one batch with the messages, and in one of its own.
            try await story.mark(second, in: room, readBy: bob)
            try await story.project()
            #expect(try await story.reads.unread(for: bob, in: story.tenant).map(\.readSeq) == [2])
            try await story.mark(first, in: room, readBy: bob)
            try await story.project()
            #expect(try await story.reads.unread(for: bob, in: story.tenant).map(\.readSeq) == [1])
        }
    }

    @Test func `what happens to a message costs no more the more messages there are`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let reaction = MessageEvent.reactionAdded(room: room, user: ada, emoji: "thumbsup", source: nil)
            // Every statement is sent once while the tables are all but empty.
            let first = try await story.post(in: room, by: ada)
            try await story.append(reaction, to: first)
            try await story.mark(first, in: room, readBy: ada)
            try await withThrowingTaskGroup(of: MessageID.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        for _ in 0..<19 { try await story.post(in: room, by: ada) }
                        return try await story.post(in: room, by: ada)
                    }
                }
                for try await message in group {
                    try await story.append(reaction, to: message)
                    try await story.mark(message, in: room, readBy: ada)
                }
            }

            let events = try await story.project(batches: 100)
            try await story.projector.withConnection { connection in
                _ = try connection.execute("SELECT pg_stat_force_next_flush()")
            }
            let read = try await story.superuser.query(
                """
                SELECT coalesce(sum(idx_tup_read), 0)::int8 FROM pg_stat_user_indexes
                 WHERE schemaname = 'rm' AND relname = 'messages'
                """,
                as: Int64.self
            )[0]
            #expect(read < events * 10, "\(events) events read \(read) entries of the messages' indexes")
        }
    }
}
