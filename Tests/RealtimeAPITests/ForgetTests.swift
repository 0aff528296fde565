import Commands
import Events
import Foundation
import Projections
import TestSupport
import Testing

struct ForgetTests {
    static let word = "Xylophon"

    private func forget(_ user: UserID, on stage: Stage, by owner: UserID) async throws {
        try await stage.perform(DeactivateUser(user: user), by: owner)
        try await stage.perform(ForgetUser(user: user, reason: .personAsked), by: owner)
        try await stage.fannedOut()
    }

    private func text(of events: [JSON]) throws -> String {
        String(decoding: try JSONEncoder().encode(events), as: UTF8.self)
    }

    @Test func `a client that folds what it is told holds what the server holds, and nothing of theirs`() async throws {
        try await Stage.run { stage in
            let (owner, ada, bob) = (
                try await stage.user("owner", .owner), try await stage.user("ada"), try await stage.user("bob")
            )
            let room = try await stage.room(members: [ada, bob])
            let parts: JSON = ["initial_state": ["me", "users", "rooms", "unread"]]
            var subscriber = try await stage.subscriber(bob, parts)
            var model = try ClientModel(subscriber.registration["state"])
            let message = try await stage.post("\(Self.word) @bob", in: room, by: ada)
            try await stage.perform(AddReaction(message: message, emoji: "👍"), by: bob)
            for event in try await subscriber.drain() { try model.apply(event) }
            #expect(model.messages["\(message)"]?.body?.contains(Self.word) == true)

            try await forget(ada, on: stage, by: owner)
            for event in try await subscriber.drain() { try model.apply(event) }
            let held = try await stage.reads.message(message, for: bob, in: stage.tenant)
            #expect(held != nil && model.messages["\(message)"] == held && held?.body == nil)
            #expect(model.users["\(ada)"] == (try await stage.reads.user(ada, in: stage.tenant)))
            #expect(model.users["\(ada)"]?.handle == nil && !model.mustReload)
        }
    }

    @Test func `an old cursor gives no text any more, here, at another gateway, and from the log`() async throws {
        try await Stage.run { stage in
            let (owner, ada, bob) = (
                try await stage.user("owner", .owner), try await stage.user("ada"), try await stage.user("bob")
            )
            let room = try await stage.room(members: [ada, bob])
            let subscriber = try await stage.subscriber(bob)
            try await stage.post(Self.word, in: room, by: ada)
            try await stage.fannedOut()
            // Both have its payload cached from here on.
            #expect(try text(of: try await subscriber.peek().events).contains(Self.word))
            try await stage.atAnotherGateway { other in
                var elsewhere = subscriber
                elsewhere.stage = other
                await withThrowingTaskGroup(of: Void.self) { group in
                    for service in other.api.services { group.addTask { try await service.run() } }
                    group.addTask { [elsewhere] in
                        // Until it hears the fan-out.
                        try await Task.sleep(for: .milliseconds(300))
                        #expect(try text(of: try await elsewhere.peek().events).contains(Self.word))
                        try await forget(ada, on: stage, by: owner)
                        for place in [subscriber, elsewhere] {
                            try await eventually { try !text(of: try await place.peek().events).contains(Self.word) }
                        }
                    }
                    // The services do not end by themselves.
                    if case .failure(let error) = await group.nextResult() { Issue.record(error) }
                    group.cancelAll()
                }
            }
            _ = try await stage.redis("FLUSHDB")
            let events = try await subscriber.peek().events
            #expect(events.first?["type"].text == "message.created")
            #expect(events.first?["data"]["message"]["body"] == .null)
            #expect(try !text(of: events).contains(Self.word))
        }
    }

    @Test func `a queue that lets only messages through is told all the same`() async throws {
        try await Stage.run { stage in
            let (owner, ada, bob) = (
                try await stage.user("owner", .owner), try await stage.user("ada"), try await stage.user("bob")
            )
            _ = try await stage.room(members: [ada, bob])
            var subscriber = try await stage.subscriber(bob, ["event_types": ["message.created"]])
            try await forget(ada, on: stage, by: owner)
            #expect(try await subscriber.drain().map { $0["type"].text } == ["message.author_forgotten"])
        }
    }
}
