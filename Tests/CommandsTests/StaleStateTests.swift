import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

/// Two handlers on one database, each with a cache that knows nothing of what the other writes.
struct StaleStateTests {
    @Test func `what was allowed before another process forbade it is refused`() async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            let room = try await desk.makeRoom([ada])
            _ = try await desk.post(in: room, as: ada)
            let other = desk.another()
            try await desk.run(ArchiveRoom(room: room), as: desk.owner, by: other)
            let post = PostMessage(message: MessageID(), room: room, body: "hello")
            #expect(try await desk.code(post, as: ada) == "room.archived")
            try await desk.run(RestoreRoom(room: room), as: desk.owner, by: other)
            try await desk.run(DeactivateUser(user: ada), as: desk.owner, by: other)
            #expect(try await desk.code(post, as: ada) == "user.deactivated")
        }
    }

    @Test(arguments: [nil, "k1"])
    func `what was refused before another process allowed it is done`(key: String?) async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            let room = try await desk.makeRoom()
            let post = PostMessage(message: MessageID(), room: room, body: "hello")
            #expect(try await desk.code(post, as: ada) == "room.not_a_member")
            try await desk.run(AddMembers(room: room, users: [ada]), as: desk.owner, by: desk.another())
            #expect(try await desk.code(post, as: ada, key: key) == nil)
            #expect(try await desk.events(of: post.message).count == 1)
        }
    }

    @Test(arguments: [nil, "k1"])
    func `what would change nothing by an old state changes the new one`(key: String?) async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let message = try await desk.post(in: room, as: desk.owner)
            let add = AddReaction(message: message, emoji: "👍")
            try await desk.run(add, as: desk.owner)
            try await desk.run(RemoveReaction(message: message, emoji: "👍"), as: desk.owner, by: desk.another())
            let result = try await desk.run(add, as: desk.owner, key: key)
            #expect(result.version == 4)
            #expect(try await desk.events(of: message).count == 4)
        }
    }

    @Test func `a user whom another process has just made is found`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let ada = UserID()
            let add = AddMembers(room: room, users: [ada])
            #expect(try await desk.code(add, as: desk.owner) == "room.user_unknown")
            try await desk.run(AddUser(user: ada, handle: "ada", name: "Ada"), by: desk.another())
            #expect(try await desk.code(add, as: desk.owner) == nil)
        }
    }

    @Test func `a message that another process has posted is the same message`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let post = PostMessage(message: MessageID(), room: room, body: "hello")
            let first = try await desk.run(post, as: desk.owner, by: desk.another())
            let second = try await desk.run(post, as: desk.owner)
            #expect(second.recordedAt == nil)
            #expect(second.position == first.position)
            let changed = PostMessage(message: post.message, room: room, body: "other")
            #expect(try await desk.code(changed, as: desk.owner) == "message.id_reused")
        }
    }
}
