import EventStore
import Events
import Foundation
import Redis
import Synchronization
import TestSupport
import Testing

@testable import Projections

struct FanoutErasureTests {
    static let word = "Xylophon"

    @Test func `forgetting somebody is told in two words, and takes what was queued of theirs away`() async throws {
        try await FanoutStage.run { stage in
            let story = stage.story
            let (ada, bob) = (try await story.join(name: "Ada"), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            try await stage.subscribe(bob)
            try await stage.fanOut()
            try await story.append(.profileChanged(name: Personal(Self.word, of: ada)), to: ada)
            let message = try await story.post(Self.word, in: room, by: ada, mentions: [bob])
            let edit = Personal("\(Self.word)s", of: ada)
            try await story.append(
                .edited(room: room, editor: ada, body: edit, mentions: [bob], source: nil),
                to: message
            )
            let bobs = try await story.post("hello", in: room, by: bob)
            try await stage.fanOut()
            let places = try await stage.queue(bob).map(\.place)
            #expect(places.count == 4)
            #expect(try await held(by: stage).count == 3)

            try await story.append(.deactivated, to: ada)
            let key = SubjectKey(of: ada)
            let position = try await story.append(.forgotten(by: bob, reason: .personAsked, key: key), to: ada)
            try await stage.fanOut()
            for place in places[0..<3] { #expect(try await stage.payload(place) == nil) }
            #expect(try await stage.payload(places[3])?.contains("\(bobs)") == true)
            #expect(try await held(by: stage) == [])
            let told = try await stage.queue(bob).filter { $0.place.position == position }
            #expect(told.map(\.type) == [.userChanged, .messageAuthorForgotten])
            let payloads = try await stage.derived(at: [position]).map { try JSON($0.payload.json)["data"] }
            #expect(payloads[0]["change"].text == "forgotten" && payloads[0]["user"]["name"] == .null)
            #expect(payloads[0]["user"].has("handle") && payloads[1]["author_id"].text == "\(ada)")
        }
    }

    @Test func `a step that looks up very much keeps its lease, and stops where another has it`() async throws {
        try await FanoutStage.run { stage in
            let story = stage.story
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            try await stage.subscribe(bob)
            try await stage.fanOut()
            try await story.post(Self.word, in: room, by: ada)
            let before = try await stage.fanOut()
            let place = try #require(try await stage.queue(bob).last?.place)
            try await story.append(.deactivated, to: ada)
            try await story.append(.forgotten(by: nil, reason: .lawDemanded, key: SubjectKey(of: ada)), to: ada)
            let projected = try await story.project()
            try await story.superuser.execute(
                """
                INSERT INTO rm.messages (tenant, id, room, seq, position, author, mentions, created_at)
                SELECT \(story.tenant.id), gen_random_uuid(), \(room.uuid), 1000 + n, 1, \(ada.uuid), '{}', now()
                  FROM generate_series(1, 6000) n
                """
            )
            try await stage.fanout { fanout, connection in
                _ = try Lease.acquire(
                    PartitionFanout.name,
                    of: fanout.partition,
                    by: UUID(),
                    for: .zero,
                    on: connection
                )
                #expect(throws: Deposed.self) { _ = try fanout.step(hint: projected, on: connection) }
            }
            #expect(try await stage.watermark == before)
            #expect(try await stage.payload(place)?.contains(Self.word) == true)

            let wakes = Mutex<[FanoutWake]>([])
            try await stage.fanout(onWake: { wake in wakes.withLock { $0.append(wake) } }) { fanout, connection in
                while try fanout.step(hint: projected, on: connection) {}
            }
            #expect(try await stage.watermark == projected)
            #expect(try await stage.payload(place) == nil)
            #expect(wakes.withLock { $0.contains { $0.blanked == .all } })
        }
    }

    @Test func `what is made up from the log says nothing of theirs, though the key is still cached`() async throws {
        try await FanoutStage.run { stage in
            let story = stage.story
            let (ada, bob) = (try await story.join(name: Self.word), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            let message = try await story.post(
                Self.word,
                in: room,
                by: ada,
                mentions: [bob],
                attachments: [Attachment(name: Self.word)]
            )
            func told() async throws -> [String] {
                try await stage.refilled(bob).map { String(decoding: $0.payload.json, as: UTF8.self) }
            }
            #expect(try await told().contains { $0.contains(Self.word) })
            try await story.append(.deactivated, to: ada)
            try await story.append(.forgotten(by: nil, reason: .lawDemanded, key: SubjectKey(of: ada)), to: ada)
            let after = try await told()
            #expect(!after.contains { $0.lowercased().contains(Self.word.lowercased()) })
            let created = try #require(after.first { $0.contains("message.created") })
            let view = try JSON(created.utf8)["data"]["message"]
            #expect(view["id"].text == "\(message)" && view["body"] == .null)
            #expect(view["mentions"].items.isEmpty && view["attachments"].items.isEmpty)
        }
    }

    @Test func `it is taken from Redis also where nobody of the tenant listens any more`() async throws {
        try await FanoutStage.run { stage in
            let story = stage.story
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            try await stage.subscribe(bob)
            try await stage.fanOut()
            try await story.post(Self.word, in: room, by: ada)
            try await stage.fanOut()
            #expect(try await held(by: stage).count == 1)
            try await stage.unsubscribeAll()
            try await story.append(.deactivated, to: ada)
            try await story.append(.forgotten(by: bob, reason: .personAsked, key: SubjectKey(of: ada)), to: ada)
            try await stage.fanOut()
            #expect(try await held(by: stage) == [])
        }
    }

    /// The keys of Redis under which the word lies.
    private func held(by stage: FanoutStage) async throws -> [String] {
        var found: [String] = []
        for key in try await stage.send("KEYS", "*").array?.compactMap(\.string) ?? [] {
            let value =
                switch try await stage.send("TYPE", key).string {
                case "string": try await stage.send("GET", key)
                case "hash": try await stage.send("HGETALL", key)
                case "set": try await stage.send("SMEMBERS", key)
                case "stream": try await stage.send("XRANGE", key, "-", "+")
                case let kind: throw Unexpected("a key of type \(kind ?? "none")")
                }
            if Self.text(of: value).contains(Self.word) { found.append(key) }
        }
        return found
    }

    private static func text(of value: RedisValue) -> String {
        if let items = value.array { return items.map { text(of: $0) }.joined(separator: " ") }
        return value.bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
