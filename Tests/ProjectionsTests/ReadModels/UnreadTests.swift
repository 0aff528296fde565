import EventStore
import Events
import Postgres
import TestSupport
import Testing

@testable import Projections

struct UnreadTests {
    @Test func `others' messages after the marker that are not deleted are unread`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            let empty = try await story.open(members: [bob])
            let read = try await story.post(in: room, by: ada, mentions: [bob])  // 1
            try await story.post(in: room, by: bob, mentions: [bob])  // 2: one's own
            try await story.post(in: room, by: ada)  // 3
            try await story.post(in: room, by: ada, mentions: [bob])  // 4
            let deleted = try await story.post(in: room, by: ada, mentions: [bob])  // 5
            try await story.post(in: room, by: ada, mentions: [ada, bob])  // 6
            try await story.append(.deleted(room: room, by: ada, reason: nil), to: deleted)
            try await story.mark(read, in: room, readBy: bob)
            try await story.project()
            let unread = try await story.reads.unread(for: bob, in: story.tenant)
            #expect(
                unread.sorted { $0.lastSeq < $1.lastSeq } == [
                    UnreadView(roomID: "\(empty)", lastSeq: 0, readSeq: 0, unread: 0, mentions: 0),
                    UnreadView(roomID: "\(room)", lastSeq: 6, readSeq: 1, unread: 3, mentions: 2),
                ]
            )
            // Without a marker all is unread.
            #expect(
                try await story.reads.unread(for: ada, in: story.tenant)
                    == [UnreadView(roomID: "\(room)", lastSeq: 6, readSeq: 0, unread: 1, mentions: 0)]
            )
        }
    }

    @Test func `an edit adds and takes away mentions`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            let message = try await story.post(in: room, by: ada)
            func edit(_ mentions: [UserID]) async throws -> [Int64] {
                let body = Personal("x", of: ada)
                try await story.append(
                    .edited(room: room, editor: ada, body: body, mentions: mentions, source: nil),
                    to: message
                )
                try await story.project()
                return try await story.reads.unread(for: bob, in: story.tenant).map(\.mentions)
            }
            #expect(try await edit([bob, ada, bob]) == [1])
            #expect(try await edit([]) == [0])
        }
    }

    @Test func `counting ends at a thousand`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            try await story.project()
            // As many messages by the front door would only make the test slow.
            try await story.superuser.execute(
                """
                WITH m AS (
                  INSERT INTO rm.messages (tenant, id, room, seq, position, author, body, mentions, created_at)
                  SELECT \(story.tenant.id), gen_random_uuid(), \(room.uuid), n, n, \(ada.uuid), 'x', '{}', now()
                    FROM generate_series(1, 1200) n RETURNING tenant, room, seq)
                INSERT INTO rm.mentions (tenant, member, room, seq) SELECT tenant, \(bob.uuid), room, seq FROM m
                """
            )
            let unread = try await story.reads.unread(for: bob, in: story.tenant)[0]
            #expect(unread.unread == 1000 && unread.mentions == 1000)
        }
    }
}
