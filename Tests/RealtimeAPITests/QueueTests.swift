import Commands
import Events
import Foundation
import HTTPTypes
import Projections
import TestSupport
import Testing

@testable import RealtimeAPI

struct QueueTests {
    @Test func `registering gives the state and the place from which the queue goes on`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(named: "general", members: [ada])
            try await stage.settled()
            var subscriber = try await Subscriber(ada, on: stage)
            let answer = try await subscriber.register([
                "initial_state": ["me", "rooms", "limits", "weather"], "client": ["name": "test"],
            ])
            #expect(answer.status == .created)
            #expect(answer.body["state"]["me"]["id"].text == "\(ada)" && answer.body["state"]["users"] == .null)
            #expect(answer.body["state"]["rooms"].items.map { $0["id"].text } == ["\(room)"])
            #expect(answer.body["ignored"] == ["weather"] && answer.body["limits"]["max_timeout_s"] == 300)
            #expect(answer.body["heartbeat_s"] == 50 && answer.body["max_batch"] == 1000)
            #expect(try await subscriber.drain().isEmpty)
        }
    }

    @Test func `a deleted queue stays gone`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            let client = subscriber
            let parked = try await client.whileParked {
                let deletion = try await client.send(.delete, "/realtime/queues/\(client.queue)")
                #expect(deletion.status == .noContent)
            }
            #expect(parked.status == .gone)
            let answer = try await client.peek()
            #expect(answer.status == .gone && answer.code == "queue_gone")
            #expect(try await client.send(.delete, "/realtime/queues/\(client.queue)").status == .gone)
            let again = try await client.send(.post, "/realtime/queues", ["cursor": .string(client.cursor)])
            #expect(again.status == .gone)
        }
    }

    @Test func `a deletion at another gateway is heard of`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            let queue = try #require(Queue.id(subscriber.queue))
            let parked = try await subscriber.whileParked {
                _ = try await stage.database.pool().execute("UPDATE rt.queues SET deleted_at = now()")
                try await stage.api.hot.tell(
                    .init(.deleted, queue, of: QueueOwner(stage.tenant.id, ada), gateway: "another")
                )
            }
            #expect(parked.status == .gone)
            #expect(try await subscriber.peek().status == .gone)
        }
    }

    @Test func `a queue that nobody polled for its idle time is gone, unless it is durable`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            var (passing, durable) = (
                try await stage.subscriber(ada, ["idle_timeout_s": 60]),
                try await stage.subscriber(ada, ["idle_timeout_s": 60, "durable": true])
            )
            try await passing.poll()
            try await durable.poll()
            let past = Timestamp.now.microseconds / 1000 - 61_000
            let last = HotQueues.LastPoll(UUID(), gateway: "someone", until: past, place: RealtimePlace(1, 0))
            for subscriber in [passing, durable] {
                let queue = try #require(Queue.id(subscriber.queue))
                _ = try await stage.redis("SET", FanoutKeys.poll(queue), last.text)
            }
            #expect(try await durable.peek().status == .ok)
            // Redis may have lost later polls: Postgres has to know of none, either.
            #expect(try await passing.peek().status == .ok)
            for subscriber in [passing, durable] {
                let queue = try #require(Queue.id(subscriber.queue))
                _ = try await stage.redis("SET", FanoutKeys.poll(queue), last.text)
            }
            _ = try await stage.database.pool().execute(
                "UPDATE rt.queues SET last_poll_at = now() - interval '376 seconds'"
            )
            #expect(try await durable.peek().status == .ok)
            let answer = try await passing.peek()
            #expect(answer.status == .gone && answer.code == "queue_gone")
            #expect(try await passing.peek().status == .gone)
        }
    }

    @Test func `an older queue's cursor is continued without a snapshot`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var older = try await stage.subscriber(ada)
            try await stage.post("one", in: room, by: ada)
            _ = try await older.events(1)
            try await stage.post("two", in: room, by: ada)
            var younger = older
            let answer = try await younger.register(["cursor": .string(older.cursor)])
            #expect(answer.status == .created && answer.body["state"] == .null && younger.queue != older.queue)
            let events = try await younger.events(1)
            #expect(events.map(\.messageBody) == ["two"] && events[0]["number"] == 1)
        }
    }

    @Test func `a state that is asked for with an older cursor is where the queue goes on`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            let older = try await stage.subscriber(ada)
            try await stage.post("in the state", in: room, by: ada)
            try await stage.settled()
            var younger = older
            let answer = try await younger.register(["cursor": .string(older.cursor), "initial_state": ["rooms"]])
            #expect(answer.body["state"]["rooms"].items.map { $0["id"].text } == ["\(room)"])
            try await stage.post("after it", in: room, by: ada)
            #expect(try await younger.events(1).map(\.messageBody) == ["after it"])
        }
    }

    @Test func `one's own queues are listed with what waits in them`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            var hers = try await stage.subscriber(ada, ["client": ["name": "web", "version": "1.2"]])
            _ = try await stage.subscriber(bob)
            // From where the fan-out has heard of her on: what is before that, only the log counts.
            try await eventually {
                _ = try await hers.drain()
                return try await hers.send(.get, "/realtime/queues").body["items"][0]["lag"] == 0
            }
            for number in 0..<3 { try await stage.post("\(number)", in: room, by: ada) }
            try await stage.fannedOut()
            let items = try await hers.send(.get, "/realtime/queues").body["items"].items
            #expect(items.count == 1)
            #expect(items[0]["id"].text == hers.queue && items[0]["client"] == "web 1.2")
            #expect(items[0]["lag"] == 3)
            #expect(items[0]["durable"] == false && items[0]["idle_timeout_s"] == 43200)
        }
    }

    @Test func `a user has so many queues and no more`() async throws {
        try await Stage.run(.init(api: { $0.queueLimit = 2 })) { stage in
            let ada = try await stage.user("ada")
            try await stage.settled()
            var subscriber = try await Subscriber(ada, on: stage)
            #expect(try await subscriber.register().status == .created)
            #expect(try await subscriber.register().status == .created)
            let answer = try await subscriber.register()
            #expect(answer.status == .conflict && answer.code == "too_many_queues")
        }
    }

    @Test func `registrations beyond what the database takes are sent away`() async throws {
        try await Stage.run(.init(api: { $0.registrations = (running: 1, waiting: 0) })) { stage in
            let ada = try await stage.user("ada")
            try await stage.settled()
            let subscriber = try await Subscriber(ada, on: stage)
            try await stage.api.admission.enter {
                let answer = try await subscriber.send(.post, "/realtime/queues", [:])
                #expect(answer.status == .tooManyRequests && answer.headers[.retryAfter] != nil)
            }
            #expect(try await subscriber.send(.post, "/realtime/queues", [:]).status == .created)
        }
    }

    @Test(
        arguments: [
            ["idle_timeout_s": 59], ["idle_timeout_s": 1_209_601],
            ["client": ["name": .string(String(repeating: "x", count: 201))]],
        ] as [JSON]
    )
    func `a registration that makes no sense is refused`(_ body: JSON) async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            try await stage.settled()
            let answer = try await Subscriber(ada, on: stage).send(.post, "/realtime/queues", body)
            #expect(answer.status == .unprocessableContent && answer.code == "value.invalid")
        }
    }

    @Test func `what is no room's identifier is refused by its pointer`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let body: JSON = ["rooms": [.string("\(RoomID())"), "nowhere"]]
            let answer = try await Subscriber(ada, on: stage).send(.post, "/realtime/queues", body)
            #expect(answer.status == .badRequest && answer.code == "json.wrong_type")
            #expect(answer.body["errors"][0]["pointer"] == "/rooms/1")
        }
    }
}
