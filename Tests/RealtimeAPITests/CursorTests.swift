import Commands
import Crypto
import EventStore
import Events
import Foundation
import HTTPTypes
import Projections
import TestSupport
import Testing

@testable import RealtimeAPI

struct CursorTests {
    @Test func `a cursor opens only for whom it was sealed, and never when it was touched`() throws {
        let seal = CursorSeal(masterKey: MasterKeys(.random()))
        let owner = QueueOwner(UUID(), UserID())
        let cursor = Cursor(queue: UUID(), place: RealtimePlace(1 << 40, 3), count: 1 << 50, refilled: 7)
        let text = seal.seal(cursor, of: owner)
        #expect(seal.open(text, of: owner) == cursor)
        #expect(seal.seal(cursor, of: owner) == text)
        #expect(seal.open(text, of: QueueOwner(UUID(), owner.id)) == nil)
        #expect(seal.open(text, of: QueueOwner(owner.tenant, UserID())) == nil)
        for index in text.indices {
            var forged = text
            forged.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(seal.open(forged, of: owner) == nil)
        }
        #expect(seal.open("", of: owner) == nil && seal.open("nonsense", of: owner) == nil)
        #expect(CursorSeal(masterKey: MasterKeys(.random())).open(text, of: owner) == nil)
    }

    @Test func `a cursor outlives a change of the master key, and ends with the key`() throws {
        let (keys, owner) = (try RotatedKeys(), QueueOwner(UUID(), UserID()))
        let cursor = Cursor(queue: UUID(), place: RealtimePlace(1, 3), count: 5, refilled: 7)
        for (maker, reader) in [(keys.before, keys.after), (keys.after, keys.before)] {
            let text = CursorSeal(masterKey: maker).seal(cursor, of: owner)
            #expect(CursorSeal(masterKey: reader).open(text, of: owner) == cursor)
        }
        let text = CursorSeal(masterKey: keys.before).seal(cursor, of: owner)
        #expect(CursorSeal(masterKey: keys.later).open(text, of: owner) == nil)
    }

    @Test func `forged, foreign and future cursors are bad`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let (hers, his) = (try await stage.subscriber(ada), try await stage.subscriber(bob))
            var second = hers
            try await second.register()
            for cursor in ["", "AAAA", hers.cursor.dropLast() + "_", his.cursor, second.cursor] {
                let answer = try await hers.peek(cursor: String(cursor))
                #expect(answer.status == .badRequest && answer.code == "bad_cursor")
            }
            let queue = try #require(Queue.id(hers.queue))
            let future = Cursor(queue: queue, place: .end(of: 1_000_000), count: 0, refilled: 0)
            let answer = try await hers.peek(cursor: stage.api.seal.seal(future, of: QueueOwner(stage.tenant.id, ada)))
            #expect(answer.status == .badRequest && answer.code == "bad_cursor")
        }
    }

    @Test func `another's queue is not there`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let hers = try await stage.subscriber(ada)
            var his = try await Subscriber(bob, on: stage)
            his.queue = hers.queue
            his.cursor = hers.cursor
            #expect(try await his.peek().status == .notFound)
            #expect(try await his.send(.delete, "/realtime/queues/\(hers.queue)").status == .notFound)
            his.queue = Queue.name(UUID())
            #expect(try await his.peek().status == .notFound)
            let other = try await stage.database.makeTenant()
            let twin = try await stage.user("ada", id: ada, in: other)
            var elsewhere = try await Subscriber(twin, on: stage, in: other)
            (elsewhere.queue, elsewhere.cursor) = (hers.queue, hers.cursor)
            #expect(try await elsewhere.peek().status == .notFound)
            #expect(try await hers.peek().status == .ok)
        }
    }

    @Test func `a cursor past what is fanned out waits`() async throws {
        try await Stage.run(.init(fanout: { $0.reload = .seconds(1) })) { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            try await stage.post("one", in: room, by: ada)
            _ = try await subscriber.events(1)
            // The watermark falls back, as when Redis fails over to a replica that was behind.
            let key = FanoutKeys.state(stage.tenant.partition)
            _ = try await stage.redis("HSET", key, "w", "1")
            #expect(try await subscriber.peek().events.isEmpty)
            try await stage.post("two", in: room, by: ada)
            #expect(try await subscriber.events(1).map(\.messageBody) == ["two"])
        }
    }
}
