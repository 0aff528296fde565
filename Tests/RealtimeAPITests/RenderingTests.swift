import Commands
import Events
import GatewayHTTP
import NIOCore
import Projections
import TestSupport
import Testing

@testable import RealtimeAPI

/// What an event shows of a thing is what the tenant API shows of it: the same fields, with the same names and values.
struct RenderingTests {
    @Test func `a message`() async throws {
        try await Stage.run { stage in
            let (ada, bob) = (try await stage.user("ada"), try await stage.user("bob"))
            let room = try await stage.room(members: [ada, bob])
            let root = try await stage.post("root", in: room, by: ada)
            var subscriber = try await stage.subscriber(bob)
            let full = PostMessage(
                message: MessageID(),
                room: room,
                body: "\"see\" \\ this,\n@bob\t👋 \u{1}",
                thread: root,
                attachments: [
                    Attachment(name: "a \"b\".png", mediaType: "image/png", size: 1843), Attachment(name: "c"),
                ],
                source: Source(system: "slack", id: "C1/7", time: Timestamp(microseconds: 7))
            )
            let bare = PostMessage(
                message: MessageID(),
                room: room,
                body: "x",
                source: Source(system: "y", id: "z", time: nil)
            )
            let plain = PostMessage(message: MessageID(), room: room, body: "x")
            for post in [full, bare, plain] { try await stage.perform(post, by: ada) }
            let told = try await subscriber.events(3).map { $0["data"]["message"] }
            for (post, told) in zip([full, bare, plain], told) {
                let view = try #require(try await stage.reads.message(post.message, for: bob, in: stage.tenant))
                expectSame(told, try json(of: view))
            }
        }
    }

    @Test func `a room, to those who see it and to whoever is added to it`() async throws {
        try await Stage.run { stage in
            let (ada, bob, eve) = (
                try await stage.user("ada"), try await stage.user("bob"), try await stage.user("eve")
            )
            var (seeing, joining) = (
                try await stage.subscriber(bob, ["event_types": ["room.changed"]]),
                try await stage.subscriber(eve, ["event_types": ["room.member_changed"]])
            )
            let room = RoomID()
            try await stage.perform(
                CreateRoom(room: room, kind: .channel, name: "a \"b\"", topic: "c \\ \"d\"", members: []),
                by: ada
            )
            let created = try await seeing.drain()[0]["data"]
            var view = try #require(try await stage.reads.room(room, for: bob, in: stage.tenant))
            // The version is at creation: the first member came after it. One's own role is said when one is added.
            expectSame(created["room"], try json(of: view), but: ["role", "version"])

            try await stage.perform(ArchiveRoom(room: room), by: ada)
            try await stage.perform(RestoreRoom(room: room), by: ada)
            try await stage.perform(AddMembers(room: room, users: [eve]), by: ada)
            let added = try #require(try await joining.drain().last)["data"]
            view = try #require(try await stage.reads.room(room, for: eve, in: stage.tenant))
            let shown = try json(of: view)
            expectSame(added["room"], shown, but: ["role"])
            #expect(added["role"] == shown["role"] && added["version"] == shown["version"])
            let members = try await stage.reads.members(of: room, .init(limit: 9), for: eve, in: stage.tenant)
            let member = try json(of: #require(members?.items.first { $0.userID == "\(eve)" }))
            #expect(member.names == ["user_id", "role"])
            #expect(member.names.allSatisfy { added[$0] == member[$0] })
        }
    }

    @Test func `a user`() async throws {
        try await Stage.run { stage in
            let ada = try await stage.user("ada")
            var subscriber = try await stage.subscriber(ada)
            let bob = try await stage.user("bob", .guest)
            let joined = try await subscriber.drain()[0]["data"]
            let shown = try json(of: #require(try await stage.reads.user(bob, in: stage.tenant)))
            expectSame(joined["user"], shown, but: ["version"])
            #expect(joined["version"] == shown["version"])
        }
    }

    /// As the tenant API writes it.
    private func json(of view: some Encodable) throws -> JSON { try JSON(JSONWriter.write(view).readableBytesView) }

    private func expectSame(
        _ told: JSON,
        _ shown: JSON,
        but others: Set<String> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(told.names.subtracting(others) == shown.names.subtracting(others), sourceLocation: sourceLocation)
        for name in told.names.intersection(shown.names).subtracting(others) {
            #expect(told[name] == shown[name], "\(name)", sourceLocation: sourceLocation)
        }
    }
}
