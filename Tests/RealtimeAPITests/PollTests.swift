import Commands
import Events
import Foundation
import HTTPTypes
import Projections
import Testing

@testable import RealtimeAPI

struct PollTests {
    @Test func `a parked poll is answered with what is posted`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            var subscriber = try await stage.subscriber(bob)
            _ = try await subscriber.drain()

            let message = MessageID()
            var posted = ContinuousClock.now
            let events = try await subscriber.whileParked {
                try await Task.sleep(for: .milliseconds(100))
                posted = .now
                try await stage.perform(PostMessage(message: message, room: room, body: "hello"), by: ada)
            }.events
            #expect(ContinuousClock.now - posted < .seconds(2))
            #expect(events.count == 1)
            #expect(events[0]["type"] == "message.created" && events[0]["room_id"].text == "\(room)")
            #expect(events[0]["data"]["message"]["id"].text == "\(message)" && events[0].messageBody == "hello")
            #expect(events[0]["data"]["message"]["seq"] == 1 && events[0]["actor"]["id"].text == "\(ada)")
            #expect(stage.api.polls == 0)
        }
    }

    @Test func `what every event says is what its command did`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            var subscriber = try await stage.subscriber(bob)
            let first = try await stage.post("one", in: room, by: ada)
            let second = try await stage.post("two", in: room, by: ada)
            try await stage.perform(EditMessage(message: first, body: "uno"), by: ada)
            try await stage.perform(AddReaction(message: first, emoji: "👍"), by: bob)
            try await stage.perform(RemoveReaction(message: first, emoji: "👍"), by: bob)
            try await stage.perform(MoveReadMarker(room: room, message: second), by: bob)
            try await stage.perform(MoveReadMarker(room: room, message: first), by: ada)
            try await stage.perform(DeleteMessage(message: first, reason: "spam"), by: ada)
            try await stage.perform(RangeDelete(room: room, from: 1, to: 2, reason: "old"), by: ada)
            try await stage.perform(ChangeRoom(room: room, topic: "talk"), by: ada)
            try await stage.perform(ArchiveRoom(room: room), by: ada)
            try await stage.perform(RestoreRoom(room: room), by: ada)
            try await stage.perform(RenameUser(user: ada, name: "Ada L."), by: ada)
            let events = try await subscriber.drain()
            let types = events.map { $0["type"].text }
            #expect(
                types == [
                    "message.created", "message.created", "message.updated", "message.reaction_changed",
                    "message.reaction_changed",
                    "read_marker.moved", "message.deleted", "message.range_deleted", "room.changed", "room.changed",
                    "room.changed",
                    "user.changed",
                ]
            )
            guard types.count == 12 else { return }
            let data = events.map { $0["data"] }
            // The message is gone by now, so what was said is too.
            #expect(data[2]["body"] == .null && data[2]["version"] == 2 && data[2]["editor_id"].text == "\(ada)")
            #expect(data[3]["emoji"] == "👍" && data[3]["change"] == "added" && data[3]["user_id"].text == "\(bob)")
            #expect(data[4]["change"] == "removed" && data[4]["version"] == 4)
            #expect(data[5]["message_id"].text == "\(second)" && data[5]["seq"] == 2)
            #expect(data[6]["reason"] == "spam" && data[6]["by"].text == "\(ada)" && data[6]["version"] == 5)
            #expect(
                data[7]["from_seq"] == 1 && data[7]["to_seq"] == 2 && data[7]["author_id"] == .null
                    && data[7]["reason"] == "old"
            )
            #expect(
                data[8]["change"] == "changed" && data[8]["room"]["topic"] == "talk" && !data[8]["room"].has("name")
            )
            #expect(data[9]["change"] == "archived" && data[9]["room"]["archived"] == true)
            #expect(data[10]["change"] == "restored" && data[10]["room"]["archived"] == false)
            #expect(data[11]["change"] == "profile_changed" && data[11]["user"]["name"] == "Ada L.")
            #expect(Set(events.map { "\($0["id"])" }).count == events.count)
        }
    }

    @Test func `the same cursor gives the same answer`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            for number in 1...5 { try await stage.post("\(number)", in: room, by: ada) }
            try await stage.fannedOut()
            let first = try await subscriber.peek(limit: 3)
            #expect(first.events.map(\.messageBody) == ["1", "2", "3"])
            #expect(first.body["from"] == 1 && first.body["to"] == 3)
            #expect(try await subscriber.peek(limit: 3).body == first.body)
            subscriber.cursor = try #require(first.body["cursor"].text)
            let second = try await subscriber.peek(limit: 3)
            #expect(second.events.map(\.messageBody) == ["4", "5"])
            #expect(second.body["from"] == 4 && second.body["to"] == 5)
        }
    }

    @Test func `only the author is shown the key of the command`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            var (hers, his) = (try await stage.subscriber(ada), try await stage.subscriber(bob))
            try await stage.post("hello", in: room, by: ada, key: #"draft "7""#)
            #expect(try await hers.events(1)[0]["command_id"] == #"draft "7""#)
            #expect(try await !his.events(1)[0].has("command_id"))
        }
    }

    @Test func `a filter lets through its types and rooms, and a heartbeat passes the rest`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let (one, two) = (try await stage.room(members: [ada]), try await stage.room(members: [ada]))
            try await stage.settled()
            var subscriber = try await Subscriber(ada, on: stage)
            let answer = try await subscriber.register([
                "event_types": ["message.created", "moon.risen"], "rooms": [.string("\(one)")],
            ])
            #expect(answer.body["ignored"] == ["moon.risen"])
            let message = try await stage.post("wanted", in: one, by: ada)
            try await stage.post("unwanted", in: two, by: ada)
            try await stage.perform(AddReaction(message: message, emoji: "👍"), by: ada)
            #expect(try await subscriber.drain().map(\.messageBody) == ["wanted"])
            let cursor = subscriber.cursor
            try await stage.post("unwanted", in: two, by: ada)
            try await stage.fannedOut()
            let heartbeat = try await subscriber.poll()
            #expect(heartbeat.events.isEmpty && heartbeat.body["from"] == 2 && heartbeat.body["to"] == 1)
            #expect(subscriber.cursor != cursor)
        }
    }

    @Test func `a poll that waits for a position is answered when it is there`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            let subscriber = try await stage.subscriber(ada, ["event_types": ["room.changed"]])
            let position = try await stage.perform(
                PostMessage(message: MessageID(), room: room, body: "hello"),
                by: ada
            )
            let token = stage.api.positions.seal(position, of: stage.tenant)
            let path =
                "/realtime/queues/\(subscriber.queue)/events?cursor=\(subscriber.cursor)&timeout_s=5&min_position=\(token)"
            let answer = try await subscriber.send(.get, path)
            #expect(answer.status == .ok && answer.events.isEmpty)
            #expect(answer.body["head"].text != nil)
            let future = stage.api.positions.seal(position + 1000, of: stage.tenant)
            let late = try await subscriber.send(
                .get,
                "/realtime/queues/\(subscriber.queue)/events?cursor=\(subscriber.cursor)&timeout_s=0&min_position=\(future)"
            )
            #expect(late.status == .serviceUnavailable && late.code == "projection_behind")
        }
    }

    @Test func `the older of two polls on a queue is superseded`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            let client = subscriber
            async let older = client.peek(timeout: 30)
            try await eventually { stage.api.polls == 1 }
            async let younger = client.peek(timeout: 30)
            let answer = try await older
            #expect(answer.status == .conflict && answer.code == "superseded")
            try await stage.post("hello", in: room, by: ada)
            #expect(try await younger.events.map(\.messageBody) == ["hello"])
        }
    }

    @Test func `a queue goes on at another gateway, where a poll supersedes too`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            try await stage.post("one", in: room, by: ada)
            _ = try await subscriber.drain()
            let client = subscriber
            let answer = try await client.whileParked {
                try await stage.atAnotherGateway { other in
                    var elsewhere = client
                    elsewhere.stage = other
                    try await elsewhere.poll()
                    try await stage.post("two", in: room, by: ada)
                    try await stage.fannedOut()
                    let events = try await elsewhere.events(1)
                    #expect(events.map(\.messageBody) == ["two"] && events[0]["number"] == 2)
                }
            }
            #expect(answer.code == "superseded")
            // Where the fan-out's wakes are, such news would push them out.
            let wakes = try #require(try await stage.redis("XRANGE", FanoutKeys.wake, "-", "+").array)
            let kinds = wakes.compactMap { $0.array?.last?.array?.first?.string }
            #expect(!kinds.isEmpty && !kinds.contains("s"))
        }
    }

    @Test func `word that an older poll is over does not end the one that came after it`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            let queue = try #require(Queue.id(subscriber.queue))
            let older = try #require(HotQueues.LastPoll(try await stage.redis("GET", FanoutKeys.poll(queue))))
            let client = subscriber
            let answer = try await client.whileParked {
                // What another gateway had to say about the poll before, and this one hears late.
                let owner = QueueOwner(stage.tenant.id, ada)
                let notice = HotQueues.Notice(.superseded, older.poll, of: owner, gateway: "another")
                try await stage.api.hot.tell(notice, to: stage.api.gateway)
                try await stage.post("hello", in: room, by: ada)
            }
            #expect(answer.events.map(\.messageBody) == ["hello"])
        }
    }

    @Test func `a client that vanishes while parked is noticed`() async throws {
        try await Stage.run(.init(isLive: true)) { stage in
            let ada = try await stage.user("ada")
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            let port = try #require(stage.client.port)
            let sockets = try (0..<20).map { _ in try Socket(port: port) }
            for socket in sockets {
                let client = subscriber
                var own = client
                try await own.register()
                try socket.send(
                    "GET /realtime/queues/\(own.queue)/events?cursor=\(own.cursor)&timeout_s=60 HTTP/1.1\r\n"
                        + "Host: localhost\r\nAuthorization: Bearer \(own.token)\r\n\r\n"
                )
            }
            try await eventually { stage.api.polls == 20 }
            for socket in sockets.prefix(15) { socket.close() }
            try await eventually { stage.api.polls == 5 }
            for socket in sockets.suffix(5) { socket.close() }
            try await eventually { stage.api.polls == 0 }
        }
    }

    @Test func `a draining process sends its polls away, each at its time`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            let answer = try await subscriber.whileParked { stage.api.hub.drain() }
            #expect(answer.status == .ok && answer.body["retry_after_ms"].int.map { (100...3000).contains($0) } == true)
            #expect(try await subscriber.peek(timeout: 30).body.has("retry_after_ms"))
            #expect(try await subscriber.register().status == .serviceUnavailable)
        }
    }

    @Test func `a session that ends ends its polls within a second`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            var subscriber = try await stage.subscriber(ada)
            _ = try await subscriber.drain()
            var start = ContinuousClock.now
            let answer = try await subscriber.whileParked {
                start = .now
                // As another process would: this one has to learn of it.
                try await stage.control.run(
                    CloseSession(session: subscriber.session, reason: .revoked)
                )
            }
            #expect(answer.status == .unauthorized && ContinuousClock.now - start < .milliseconds(1500))
            #expect(try await subscriber.peek().status == .unauthorized)
        }
    }
}
