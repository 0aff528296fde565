import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Projections

struct ErasureTests {
    /// Ada, who is to be forgotten, and what she has said; Bob, who has said something too.
    private struct Scene {
        let story: Story
        let ada: UserID
        let bob: UserID
        let room: RoomID
        let edited: MessageID
        let deleted: MessageID
        let bobs: MessageID

        /// Stands in all that Ada said, and in nothing else.
        static let word = "Xylophon"

        static func run(_ body: (Scene) async throws -> Void) async throws {
            try await Story.run { story in
                let (ada, bob) = (try await story.join(name: word), try await story.join(name: "Bob"))
                let room = try await story.open(members: [ada, bob])
                let edited = try await story.post(
                    "a \(word)",
                    in: room,
                    by: ada,
                    mentions: [bob],
                    attachments: [Attachment(name: "\(word).png")]
                )
                let scene = Scene(
                    story: story,
                    ada: ada,
                    bob: bob,
                    room: room,
                    edited: edited,
                    deleted: try await story.post("no \(word)", in: room, by: ada),
                    bobs: try await story.post("hello @ada", in: room, by: bob, mentions: [ada])
                )
                try await scene.edit("two \(word)s")
                try await story.append(.deleted(room: room, by: ada, reason: nil), to: scene.deleted)
                try await story.append(.reactionAdded(room: room, user: ada, emoji: "👍", source: nil), to: scene.bobs)
                try await story.append(.reactionAdded(room: room, user: bob, emoji: "👍", source: nil), to: edited)
                try await body(scene)
            }
        }

        func edit(_ body: String) async throws {
            let form = MessageEvent.edited(
                room: room,
                editor: bob,
                body: Personal(body, of: ada),
                mentions: [bob],
                source: nil
            )
            try await story.append(form, to: edited)
        }

        /// - Parameter isAlone: whether what comes before is projected already.
        func forget(isAlone: Bool = false) async throws {
            try await story.append(.deactivated, to: ada)
            if isAlone { try await story.project() }
            try await story.append(.forgotten(by: bob, reason: .personAsked, key: SubjectKey(of: ada)), to: ada)
        }

        /// The rows of the read models in which the word stands.
        func findings() async throws -> [String] {
            var found: [String] = []
            for table in try await story.tables() {
                found += try await story.rows(of: table).filter { $0.lowercased().contains(Self.word.lowercased()) }
            }
            return found
        }
    }

    @Test func `nothing is left of who they were and what they said, and all else stays`() async throws {
        try await Scene.run { scene in
            let (story, reads) = (scene.story, scene.story.reads)
            try await story.project()
            #expect(try await scene.findings().count == 3, "the user, a message, and what it was before")
            let before = try #require(try await reads.message(scene.edited, for: scene.bob, in: story.tenant))
            let bobs = try await reads.message(scene.bobs, for: scene.bob, in: story.tenant)
            try await scene.forget()
            try await story.project()

            #expect(try await scene.findings() == [])
            let user = try #require(try await reads.user(scene.ada, in: story.tenant))
            #expect(user.handle == nil && user.name == nil && !user.active && user.version == 3)
            var after = before
            (after.body, after.mentions, after.attachments) = (nil, [], [])
            #expect(try await reads.message(scene.edited, for: scene.bob, in: story.tenant) == after)
            #expect(after.reactions.count == 1 && after.editedAt != nil)
            #expect(try await reads.message(scene.bobs, for: scene.bob, in: story.tenant) == bobs)
            let history = try await reads.history(of: scene.edited, for: scene.bob, in: story.tenant)
            #expect(history?.map(\.body) == [nil, nil])
            #expect(try await reads.unread(for: scene.bob, in: story.tenant).map(\.mentions) == [0])
            #expect(try await reads.unread(for: scene.bob, in: story.tenant).map(\.unread) == [1])
            let keys = try await story.query(
                "SELECT subject, wrapped IS NULL FROM es.subject_keys ORDER BY 2",
                as: (UUID, Bool).self
            )
            #expect(keys.map(\.0) == [scene.bob.uuid, scene.ada.uuid] && keys.map(\.1) == [false, true])
        }
    }

    @Test func `projected all at once it comes to the same`() async throws {
        try await Scene.run { scene in
            try await scene.forget()
            try await scene.story.project()
            #expect(try await scene.findings() == [])
        }
    }

    @Test func `projected again without the key it comes to the same rows, whatever the batches`() async throws {
        try await Scene.run { scene in
            let story = scene.story
            try await story.project()
            try await scene.forget()
            let later = try await story.post("later", in: scene.room, by: scene.bob)
            try await story.append(
                .reactionAdded(room: scene.room, user: scene.bob, emoji: "🎉", source: nil),
                to: later
            )
            try await story.project()
            let tables = try await story.tables()
            var expected: [String: [String]] = [:]
            for table in tables { expected[table] = try await story.rows(of: table) }
            // Once with the key still cached, which a process may have until it learns.
            for batches in [1, 3, 500] {
                try await story.drop()
                try await story.project(batches: batches)
                for table in tables {
                    #expect(try await story.rows(of: table) == expected[table], "\(table) by \(batches)")
                }
                try await story.codec.keyring.learn()
            }
        }
    }

    @Test func `who said very much is erased in steps ahead; dying then leaves the key to the next projector`()
        async throws
    {
        try await Scene.run { scene in
            let story = scene.story
            try await story.project()
            try await story.superuser.execute(
                """
                INSERT INTO rm.messages (tenant, id, room, seq, position, author, body, mentions, created_at)
                SELECT \(story.tenant.id), gen_random_uuid(), \(scene.room.uuid), 100 + n, 100 + n, \(scene.ada.uuid),
                       \(Scene.word), '{}', now()
                  FROM generate_series(1, \(Erasure.step + 500)) n
                """
            )
            func destroyed() async throws -> [Int] {
                try await story.query("SELECT count(*) FROM es.subject_keys WHERE wrapped IS NULL", as: Int.self)
            }
            func rename(_ table: String, to name: String) async throws {
                try await story.superuser.withConnection {
                    try $0.executeScript("ALTER TABLE rm.\(table) RENAME TO \(name)")
                }
            }
            try await scene.forget(isAlone: true)
            // The event's own transaction fails, for a reason of the database's and not of the event's.
            try await rename("users", to: "users_away")
            await #expect(throws: PostgresError.self) { try await story.project() }
            try await rename("users_away", to: "users")
            #expect(try await scene.findings().count == 1, "the user alone is left")
            #expect(try await destroyed() == [0])

            try await story.superuser.execute("UPDATE rm.checkpoints SET lease_owner = NULL, lease_until = NULL")
            try await story.project()
            #expect(try await scene.findings() == [])
            #expect(try await destroyed() == [1])
        }
    }

    @Test func `their queues go with them`() async throws {
        try await Scene.run { scene in
            let story = scene.story
            for user in [scene.ada, scene.bob] {
                try await story.superuser.execute(
                    """
                    INSERT INTO rt.queues (tenant, id, partition, member, base, idle_timeout_s, durable, client)
                    VALUES (\(story.tenant.id), \(UUID.v7()), 0, \(user.uuid), 0, 3600, true, 'phone')
                    """
                )
            }
            try await scene.forget()
            try await story.project()
            #expect(try await story.query("SELECT member FROM rt.queues", as: UUID.self) == [scene.bob.uuid])
        }
    }

    @Test(arguments: [1, 500])
    func `nothing is erased where the event that forgets is set aside, whatever the batches`(batches: Int) async throws
    {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let message = try await story.post("still here", in: room, by: ada)
            let poison = try await story.append(Array("{}".utf8), as: EventType("identity.user_painted"), to: ada.uuid)
            try await story.append(.forgotten(by: nil, reason: .lawDemanded, key: SubjectKey(of: ada)), to: ada)
            try await story.project(batches: batches)
            func body() async throws -> String? {
                try await story.query("SELECT body, id FROM rm.messages", as: (String?, UUID).self)[0].0
            }
            #expect(try await body() == "still here")
            try await story.repair(.dropped(stream: ada.uuid, position: poison, reason: "painted", by: "eve"))
            #expect(try await body() == nil)
            #expect(try await story.reads.message(message, for: ada, in: story.tenant) == nil)
        }
    }
}
