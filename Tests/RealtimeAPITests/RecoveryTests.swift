import Commands
import Events
import Foundation
import HTTPTypes
import Projections
import Testing

@testable import RealtimeAPI

/// What a subscriber gets when something was lost, full or away: the same events, each once.
struct RecoveryTests {
    @Test func `a flush of Redis loses nothing and repeats nothing`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            var bodies: [String] = []
            for number in 0..<60 {
                try await stage.post("\(number)", in: room, by: ada)
                if number.isMultiple(of: 20), number > 0 { _ = try await stage.redis("FLUSHDB") }
                if number.isMultiple(of: 7) { bodies += try await subscriber.poll().events.compactMap(\.messageBody) }
            }
            bodies += try await subscriber.events(60 - bodies.count).compactMap(\.messageBody)
            #expect(bodies == (0..<60).map { "\($0)" })
            #expect(try await subscriber.drain().isEmpty)
        }
    }

    @Test func `a parked poll is woken after a flush`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            let answer = try await subscriber.whileParked {
                _ = try await stage.redis("FLUSHDB")
                try await stage.post("hello", in: room, by: ada)
            }
            #expect(answer.events.map(\.messageBody) == ["hello"])
        }
    }

    @Test func `without Redis the log answers`() async throws {
        try await Stage.run(.init(apiRedis: "unix:///nowhere/redis.sock")) { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            try await stage.settled()
            var subscriber = try await Subscriber(bob, on: stage)
            #expect(try await subscriber.register().status == .created)
            try await stage.post("one", in: room, by: ada)
            try await stage.settled()
            #expect(try await subscriber.events(1).map(\.messageBody) == ["one"])
            let answer = try await subscriber.whileParked { try await stage.post("two", in: room, by: ada) }
            #expect(answer.events.map(\.messageBody) == ["two"])
        }
    }

    @Test func `a user whom no fan-out serves is answered from the log`() async throws {
        try await Stage.run(.init(runsFanout: false)) { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            for number in 0..<10 { try await stage.post("\(number)", in: room, by: ada) }
            try await stage.settled()
            #expect(try await subscriber.events(10, limit: 3).map(\.messageBody) == (0..<10).map { "\($0)" })
        }
    }

    @Test func `a queue that was left behind goes on where it stopped`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada, ["event_types": ["message.reaction_changed"]])
            let message = try await stage.post("hello", in: room, by: ada)
            // More than Redis keeps of a queue.
            for number in 0..<1500 {
                try await stage.perform(AddReaction(message: message, emoji: "r\(number)"), by: ada)
            }
            try await stage.fannedOut()
            let owner = QueueOwner(stage.tenant.id, ada)
            let length = try await stage.redis("XLEN", FanoutKeys.queue(owner, stage.tenant.partition)).int ?? 0
            #expect(length > 0 && length <= 1250)
            let events = try await subscriber.events(1500, limit: 137)
            #expect(events.map { $0["data"]["emoji"].text } == (0..<1500).map { "r\($0)" })
            #expect(events.map { $0["number"].int } == (1...1500).map { Int64($0) })
            #expect(try await subscriber.drain().isEmpty)
        }
    }

    @Test func `payloads that have expired come from the log`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            for number in 0..<5 { try await stage.post("\(number)", in: room, by: ada) }
            try await stage.fannedOut()
            for key in try await stage.redis("KEYS", "daybook:*:ev:*").array ?? [] {
                _ = try await stage.redis("DEL", key.string ?? "")
            }
            #expect(try await subscriber.events(5).map(\.messageBody) == ["0", "1", "2", "3", "4"])
        }
    }

    @Test func `what is too much to be told again is said to be loaded afresh`() async throws {
        try await Stage.run(.init(api: { $0.refillLimit = 20 }, runsFanout: false)) { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            for number in 0..<50 { try await stage.post("\(number)", in: room, by: ada) }
            try await stage.settled()
            let events = try await subscriber.events(21, limit: 8)
            #expect(events.prefix(20).map(\.messageBody) == (0..<20).map { "\($0)" })
            #expect(events.count == 21 && events[20]["type"] == "resync" && events[20]["data"]["scope"] == "all")
            #expect(events[20]["data"]["reason"] == "overflow" && events[20]["number"] == 21)
            try await stage.post("after", in: room, by: ada)
            try await stage.settled()
            #expect(try await subscriber.events(1).map(\.messageBody) == ["after"])
        }
    }

    @Test func `a queue of chosen rooms that missed too much is to load everything, for it missed more than rooms`()
        async throws
    {
        try await Stage.run(.init(api: { $0.refillLimit = 5 }, runsFanout: false)) { stage in
            let ada = try await stage.user("ada", .owner)
            let (one, two) = (try await stage.room(members: [ada]), try await stage.room(members: [ada]))
            var subscriber = try await stage.subscriber(ada, ["rooms": [.string("\(one)"), .string("\(two)")]])
            for number in 0..<8 { try await stage.post("\(number)", in: one, by: ada) }
            _ = try await stage.user("bob")
            try await stage.settled()
            let events = try await subscriber.events(6, limit: 6)
            #expect(events.map { $0["type"].text }.suffix(1) == ["resync"] && events.count == 6)
            #expect(events.last?["data"]["scope"] == "all")
            #expect(try await subscriber.poll().events.isEmpty)
        }
    }
}
