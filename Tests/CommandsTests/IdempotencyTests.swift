import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

struct IdempotencyTests {
    @Test func `a repeated key gives the first answer, here, after forgetting all, and elsewhere`() async throws {
        try await Desk.run { desk in
            // The server makes the room's identifier anew each time; the answer names the first.
            let create = { CreateRoom(room: RoomID(), kind: .channel, name: "general") }
            let first = try await desk.run(create(), as: desk.owner, key: "k1")
            #expect(!first.replayed)
            let again = try await desk.run(create(), as: desk.owner, key: "k1")
            desk.handler.clearCache()
            let later = try await desk.run(create(), as: desk.owner, key: "k1")
            let elsewhere = try await desk.run(create(), as: desk.owner, key: "k1", by: desk.another())
            for result in [again, later, elsewhere] {
                #expect(result.replayed)
                #expect(result.answer == first.answer)
                #expect(result.position == first.position)
            }
            let other = try await desk.run(create(), as: desk.owner, key: "k2")
            #expect(other.answer != first.answer)
        }
    }

    @Test func `the first answer is given even where deciding anew would refuse`() async throws {
        try await Desk.run { desk in
            let add = { AddUser(user: UserID(), handle: "ada", name: "Ada") }
            let first = try await desk.run(add(), key: "k1")
            let again = try await desk.run(add(), key: "k1")
            #expect(again.answer == first.answer)
            #expect(again.replayed)
            #expect(try await desk.code(add(), key: "k2") == "user.handle_taken")
        }
    }

    @Test func `the first answer is given to a condition that no longer holds`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let rename = ChangeRoom(room: room, name: "one")
            let first = try await desk.run(rename, as: desk.owner, key: "k1", ifMatch: 2)
            let again = try await desk.run(rename, as: desk.owner, key: "k1", ifMatch: 2)
            #expect(again.position == first.position)
            #expect(again.replayed)
        }
    }

    @Test func `twenty at once with one key are one`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let handlers = [desk.handler, desk.another()]
            let post = PostMessage(message: MessageID(), room: room, body: "hello")
            let results = try await withThrowingTaskGroup(of: CommandResult<MentionAnswer>.self) { group in
                for number in 0..<20 {
                    group.addTask { try await desk.run(post, as: desk.owner, key: "k1", by: handlers[number % 2]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { !$0.replayed }.count == 1)
            #expect(Set(results.map(\.position)).count == 1)
            #expect(try await desk.events(of: post.message).count == 1)
        }
    }

    @Test func `the same key with another request is an error`() async throws {
        try await Desk.run { desk in
            try await desk.run(CreateRoom(room: RoomID(), kind: .channel, name: "one"), as: desk.owner, key: "k1")
            await #expect(
                performing: {
                    try await desk.run(
                        CreateRoom(room: RoomID(), kind: .channel, name: "two"),
                        as: desk.owner,
                        key: "k1"
                    )
                },
                throws: { error in
                    if case .keyReused = error as? CommandError { true } else { false }
                }
            )
            // Also where it would change nothing or be refused.
            await #expect(
                performing: {
                    try await desk.run(CreateRoom(room: RoomID(), kind: .channel, name: ""), as: desk.owner, key: "k1")
                },
                throws: { error in
                    if case .keyReused = error as? CommandError { true } else { false }
                }
            )
        }
    }

    @Test func `a key is known again, and its other use told, across a change of the master key`() async throws {
        try await Desk.run { desk in
            let keys = try RotatedKeys()
            func handler(_ keys: MasterKeys) -> CommandHandler {
                let keyring = Keyring(masterKey: keys, pool: desk.database.pool(as: .appender))
                let codec = EventCodec(keyring: keyring)
                return CommandHandler(log: desk.database.log(), codec: codec, logger: desk.database.logger)
            }
            let orders = [(keys.before, keys.after, "k1"), (keys.after, keys.before, "k2")]
            for (first, second, key) in orders {
                let user = UserID()
                // The system's own, so that nothing sealed under the desk's master key is opened.
                let add = AddUser(user: user, handle: "ada-\(key)", name: "Ada", role: .member)
                let made = try await desk.run(add, key: key, by: handler(first))
                let again = try await desk.run(add, key: key, by: handler(second))
                #expect(!made.replayed && again.replayed && again.position == made.position)
                let changed = AddUser(user: user, handle: "eve-\(key)", name: "Eve", role: .member)
                await #expect(
                    performing: { try await desk.run(changed, key: key, by: handler(second)) },
                    throws: { error in
                        if case .keyReused = error as? CommandError { true } else { false }
                    }
                )
            }
        }
    }

    @Test func `a key belongs to its actor and its command`() async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            let room = try await desk.makeRoom([ada])
            let message = try await desk.post(in: room, as: desk.owner)
            let add = AddReaction(message: message, emoji: "👍")
            #expect(try await !desk.run(add, as: desk.owner, key: "k1").replayed)
            #expect(try await !desk.run(add, as: ada, key: "k1").replayed)
            #expect(try await !desk.run(RemoveReaction(message: message, emoji: "👍"), as: ada, key: "k1").replayed)
            #expect(try await desk.events(of: message).count == 4)
        }
    }

    @Test func `a hint that differs is the same request`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let message = try await desk.post(in: room, as: desk.owner)
            try await desk.run(EditMessage(message: message, seq: nil, body: "one"), as: desk.owner, key: "k1")
            let again = EditMessage(message: message, seq: 1, body: "one", policy: MessagingPolicy(editWindow: .zero))
            #expect(try await desk.run(again, as: desk.owner, key: "k1").replayed)
        }
    }

    @Test func `a refusal is kept for its key`() async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            let room = try await desk.makeRoom()
            let post = PostMessage(message: MessageID(), room: room, body: "hello")
            #expect(try await desk.code(post, as: ada, key: "k1") == "room.not_a_member")
            try await desk.run(AddMembers(room: room, users: [ada]), as: desk.owner)
            #expect(try await desk.code(post, as: ada, key: "k1") == "room.not_a_member")
            #expect(try await desk.code(post, as: ada, key: "k1", by: desk.another()) == "room.not_a_member")
            #expect(try await desk.code(post, as: ada, key: "k2") == nil)
        }
    }

    @Test func `a refusal by a counter is kept for its key`() async throws {
        try await Desk.run { desk in
            let leave = ChangeUserRole(user: desk.owner, role: .member)
            #expect(try await desk.code(leave, as: desk.owner, key: "k1") == "owner.last")
            try await desk.run(AddUser(user: UserID(), handle: "second", name: "Second", role: .owner))
            #expect(try await desk.code(leave, as: desk.owner, key: "k1") == "owner.last")
            #expect(try await desk.code(leave, as: desk.owner, key: "k2") == nil)
        }
    }

    @Test func `that nothing changed is kept for its key, with the position that was observed`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let message = try await desk.post(in: room, as: desk.owner)
            let add = AddReaction(message: message, emoji: "👍")
            let first = try await desk.run(add, as: desk.owner)
            let nothing = try await desk.run(add, as: desk.owner, key: "k1")
            #expect(nothing.position == first.position)
            #expect(nothing.version == 2)
            #expect(nothing.recordedAt == nil)
            try await desk.run(RemoveReaction(message: message, emoji: "👍"), as: desk.owner)
            let again = try await desk.run(add, as: desk.owner, key: "k1")
            #expect(again.replayed)
            #expect(again.position == first.position)
            #expect(try await desk.events(of: message).count == 3)
        }
    }

    @Test func `without a key, what changes nothing leaves no trace`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let rename = ChangeRoom(room: room, name: "one")
            try await desk.run(rename, as: desk.owner)
            let before = try await desk.outcomes()
            try await desk.run(rename, as: desk.owner)
            #expect(try await desk.code(ChangeRoom(room: room, name: ""), as: desk.owner) == "room.name_invalid")
            #expect(try await desk.outcomes() == before)
        }
    }

    @Test func `what a command asked for cannot be guessed from what the log keeps of it`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let command = PostMessage(message: MessageID(), room: room, body: "yes")
            try await desk.run(command, as: desk.owner, key: "k")
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let guess = String(decoding: try encoder.encode(command), as: UTF8.self)
            #expect(guess.contains("yes"))
            let found = try await desk.database.pool().query(
                "SELECT count(*), count(*) FILTER (WHERE request = sha256(convert_to(\(guess), 'UTF8'))) FROM es.outcomes",
                as: (Int64, Int64).self
            )[0]
            #expect(found.0 > 0 && found.1 == 0)
            // And yet it is recognized, by other processes too.
            #expect(try await desk.run(command, as: desk.owner, key: "k", by: desk.another()).replayed)
        }
    }
}
