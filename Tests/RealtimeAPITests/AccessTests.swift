import Commands
import Events
import Foundation
import HTTPTypes
import Projections
import Testing

@testable import RealtimeAPI

struct AccessTests {
    @Test func `a removed member gets the removal and nothing of what was queued`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let (room, other) = (try await stage.room(members: [ada, bob]), try await stage.room(members: [ada, bob]))
            var subscriber = try await stage.subscriber(bob)
            try await stage.post("secret", in: room, by: ada)
            try await stage.post("public", in: other, by: ada)
            try await stage.fannedOut()
            #expect(try await subscriber.peek().events.map(\.messageBody) == ["secret", "public"])
            try await stage.perform(RemoveMember(room: room, user: bob), by: ada)
            try await stage.post("more", in: room, by: ada)
            // Losing access wins over the same cursor giving the same events.
            let events = try await subscriber.drain()
            #expect(events.map { $0["type"].text } == ["message.created", "room.member_changed"])
            #expect(events.first?.messageBody == "public")
            #expect(events.last?["data"]["change"] == "removed" && events.last?["data"]["user_id"].text == "\(bob)")
        }
    }

    @Test func `an added member is told the room, and nothing from before`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let room = try await stage.room(named: "plans", members: [ada])
            var subscriber = try await stage.subscriber(bob)
            try await stage.post("before", in: room, by: ada)
            try await stage.perform(ChangeRoom(room: room, topic: "ours"), by: ada)
            try await stage.perform(AddMembers(room: room, users: [bob]), by: ada)
            try await stage.post("after", in: room, by: ada)
            let events = try await subscriber.drain()
            #expect(events.map { $0["type"].text } == ["room.member_changed", "message.created"])
            let data = try #require(events.first?["data"])
            #expect(data["change"] == "added" && data["role"] == "member" && data["room"]["name"] == "plans")
            #expect(
                data["room"]["topic"] == "ours" && data["room"]["kind"] == "private"
                    && data["room"]["archived"] == false
            )
            #expect(data["room"]["version"] == data["version"])
        }
    }

    @Test func `a deletion blanks what is queued`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            var subscriber = try await stage.subscriber(ada)
            let message = try await stage.post("secret", in: room, by: ada)
            try await stage.perform(EditMessage(message: message, body: "secret too"), by: ada)
            try await stage.fannedOut()
            // In the process's own memory as well.
            #expect(try await subscriber.peek().events[1]["data"]["body"] == "secret too")
            try await stage.perform(DeleteMessage(message: message), by: ada)
            try await stage.fannedOut()
            try await eventually {
                let answer = try await subscriber.peek()
                return try !String(decoding: JSONEncoder().encode(answer.body), as: UTF8.self).contains("secret")
            }
            let events = try await subscriber.drain()
            #expect(events.map { $0["type"].text } == ["message.created", "message.updated", "message.deleted"])
            #expect(events[0]["data"]["message"]["body"] == .null)
        }
    }

    @Test func `a channel's changes reach everybody but guests, its messages only members`() async throws {
        try await Stage.run { stage in
            let (ada, bob, gus) = (
                try await stage.user("ada"), try await stage.user("bob"), try await stage.user("gus", .guest)
            )
            var (his, guests) = (try await stage.subscriber(bob), try await stage.subscriber(gus))
            let room = try await stage.room(.channel, named: "general", members: [ada])
            try await stage.post("hello", in: room, by: ada)
            try await stage.perform(ChangeRoom(room: room, name: "lobby"), by: ada)
            let events = try await his.drain()
            #expect(events.map { $0["type"].text } == ["room.changed", "room.changed"])
            #expect(events.first?["data"]["change"] == "created" && events.first?["data"]["room"]["name"] == "general")
            #expect(try await guests.drain().isEmpty)
        }
    }

    @Test func `a deactivated user is told so and nothing more, and to load afresh when back`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada", .owner), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            var subscriber = try await stage.subscriber(bob)
            try await stage.post("queued", in: room, by: ada)
            try await stage.fannedOut()
            try await stage.perform(DeactivateUser(user: bob), by: ada)
            try await stage.post("meanwhile", in: room, by: ada)
            let told = try await subscriber.drain()
            #expect(told.map { $0["data"]["change"].text } == ["deactivated"])
            #expect(told.first?["data"]["user"]["id"].text == "\(bob)")
            try await stage.perform(ReactivateUser(user: bob), by: ada)
            let events = try await subscriber.drain()
            #expect(events.map { $0["type"].text } == ["user.changed", "resync"])
            #expect(events.last?["data"]["scope"] == "all")
        }
    }

    @Test func `who becomes an auditor is told so and nothing more, and to load everything afresh as a member again`()
        async throws
    {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada", .owner), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            var subscriber = try await stage.subscriber(bob)
            try await stage.perform(ChangeUserRole(user: bob, role: .auditor), by: ada)
            try await stage.post("meanwhile", in: room, by: ada)
            _ = try await stage.user("cyd")
            let told = try await subscriber.drain()
            #expect(told.map { $0["data"]["change"].text } == ["role_changed"])
            #expect(told.first?["data"]["user"]["role"] == "auditor")
            try await stage.perform(ChangeUserRole(user: bob, role: .member), by: ada)
            let events = try await subscriber.drain()
            #expect(events.map { $0["type"].text } == ["user.changed", "resync"])
            #expect(events.last?["data"]["scope"] == "all")
        }
    }

    @Test func `nothing crosses tenants, even where users and rooms have the same identifiers`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            let room = try await stage.room(members: [ada])
            let other = try await stage.database.makeTenant()
            _ = try await stage.user("ada", id: ada, in: other)
            _ = try await stage.room(id: room, members: [ada], in: other)
            try await stage.settled()
            var here = try await Subscriber(ada, on: stage)
            var there = try await Subscriber(ada, on: stage, in: other)
            try await here.register()
            try await there.register()
            try await stage.post("here", in: room, by: ada)
            try await stage.post("there", in: room, by: ada, tenant: other)
            #expect(try await here.drain().map(\.messageBody) == ["here"])
            #expect(try await there.drain().map(\.messageBody) == ["there"])
        }
    }
}
