import Commands
import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

struct CommandHandlerTests {
    @Test func `a command's events are in the log with what is known of their making`() async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            let room = try await desk.makeRoom([ada])
            let caller = Caller(tenant: desk.tenant, actor: .integration("bridge"), user: ada)
            let correlation = UUID.v7()
            let context = CommandContext(
                caller: caller,
                idempotencyKey: "k1",
                correlation: correlation,
                traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            )
            let message = MessageID()
            let result = try await desk.handler.handle(
                PostMessage(message: message, room: room, body: "hello"),
                in: context
            )

            let recorded = try await desk.events(of: message)
            #expect(recorded.count == 1)
            #expect(recorded[0].position == result.position)
            #expect(recorded[0].recordedAt == result.recordedAt)
            #expect(!result.replayed)
            #expect(
                recorded[0].metadata
                    == Metadata(
                        actor: .integration("bridge"),
                        onBehalfOf: ada,
                        idempotencyKey: "k1",
                        correlation: correlation,
                        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
                    )
            )
            guard case .message(message, .posted(room, ada, let body, _, _, _, _)) = recorded[0].event else {
                Issue.record("\(recorded[0].event) was recorded")
                return
            }
            #expect(body == Personal("hello", of: ada))
            let plain = Array("hello".utf8)
            #expect(!recorded[0].raw.payload.indices.contains { recorded[0].raw.payload[$0...].starts(with: plain) })
        }
    }

    @Test func `of 200 who want a handle at once, one gets it`() async throws {
        try await Desk.run { desk in
            let other = desk.another()
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let command = AddUser(
                            user: UserID(),
                            handle: number % 3 == 0 ? "Ada" : "ada",
                            name: "Ada \(number)"
                        )
                        return try await desk.code(command, by: number % 2 == 0 ? desk.handler : other)
                    }
                }
                return try await group.reduce(into: [String?: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(codes == [nil: 1, "user.handle_taken": 199])
            #expect(try await desk.events(of: HandleID(tenant: desk.tenant, handle: "ada")).count == 1)
        }
    }

    @Test(arguments: [1, 2])
    func `a crowd reacts to one message, and everyone's reaction is there`(processes: Int) async throws {
        try await Desk.run { desk in
            var crowd: [UserID] = []
            for number in 0..<60 { crowd.append(try await desk.addUser("user\(number)")) }
            let room = try await desk.makeRoom(crowd)
            let message = try await desk.post(in: room, as: desk.owner)
            let handlers = [desk.handler] + (1..<processes).map { _ in desk.another() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, user) in crowd.enumerated() {
                    group.addTask {
                        let react = AddReaction(message: message, emoji: "👍")
                        try await desk.run(react, as: user, by: handlers[number % processes])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await desk.events(of: message).count == 61)
        }
    }

    @Test func `a tenant keeps an owner, even when its owners unmake each other at once`() async throws {
        try await Desk.run { desk in
            let second = UserID()
            try await desk.run(AddUser(user: second, handle: "second", name: "Second", role: .owner))
            let other = desk.another()
            var owners: (UserID, UserID) = (desk.owner, second)
            for round in 0..<10 {
                let (a, b) = owners
                async let first = desk.code(ChangeUserRole(user: b, role: .member), as: a)
                async let last = desk.code(DeactivateUser(user: a), as: b, by: other)
                let codes = [try await first, try await last]
                #expect(codes.filter { $0 == nil }.count == 1, "round \(round): \(codes)")
                if codes[0] == nil {
                    try await desk.run(ChangeUserRole(user: b, role: .owner))
                } else {
                    try await desk.run(ReactivateUser(user: a))
                }
                owners = (b, a)
            }
            try await desk.run(DeactivateUser(user: second), as: desk.owner)
            #expect(try await desk.code(DeactivateUser(user: desk.owner), as: desk.owner) == "owner.last")
            #expect(try await desk.code(ChangeUserRole(user: desk.owner, role: .admin)) == "owner.last")
            try await desk.run(ReactivateUser(user: second))
            #expect(try await desk.code(ChangeUserRole(user: desk.owner, role: .admin)) == nil)
        }
    }

    @Test func `If-Match makes a command conditional, also by a handler that lags behind`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let rename = { (name: String) in ChangeRoom(room: room, name: name) }
            #expect(try await desk.run(rename("one"), as: desk.owner, ifMatch: 2).version == 3)
            #expect(try await desk.code(rename("two"), as: desk.owner, ifMatch: 2) == "version_mismatch")

            let other = desk.another()
            #expect(try await desk.run(rename("two"), as: desk.owner, by: other).version == 4)
            #expect(try await desk.code(rename("three"), as: desk.owner, ifMatch: 3) == "version_mismatch")
            #expect(try await desk.run(rename("four"), as: desk.owner, by: other).version == 5)
            #expect(try await desk.run(rename("five"), as: desk.owner, ifMatch: 5).version == 6)
            // Nothing to change, but not what the client has seen either.
            #expect(try await desk.code(rename("five"), as: desk.owner, ifMatch: 5) == "version_mismatch")
            #expect(try await desk.run(rename("five"), as: desk.owner, ifMatch: 6).version == 6)
        }
    }

    @Test func `who is mentioned by a handle is found, in the room or not`() async throws {
        try await Desk.run { desk in
            let ada = try await desk.addUser("ada")
            let bob = try await desk.addUser("bob_")
            let room = try await desk.makeRoom([ada])
            let post = PostMessage(message: MessageID(), room: room, body: "@Ada. _@bob__ @nobody `@owner` @ada")
            let answer = try await desk.run(post, as: desk.owner).answer
            #expect(answer.mentions == [ada])
            #expect(answer.unreached == [])
            let edit = EditMessage(message: post.message, body: "@bob_ @ada, @owner")
            let edited = try await desk.run(edit, as: desk.owner).answer
            #expect(edited.mentions == [ada, desk.owner])
            #expect(edited.unreached == [bob])
        }
    }

    @Test func `a command waits for Postgres only so long, and says that it is away`() async throws {
        try await Desk.run { desk in
            var configuration = EventLog.Configuration(
                appender: desk.database.configuration(as: .appender),
                reader: desk.database.configuration(as: .projector)
            )
            configuration.appender.conninfo = "host=/nowhere"
            configuration.reader.conninfo = "host=/nowhere"
            configuration.patience = .milliseconds(50)
            let log = EventLog(configuration, logger: desk.database.logger)
            let handler = CommandHandler(log: log, codec: desk.handler.codec, logger: desk.database.logger)
            for key in [nil, "k1"] {
                do {
                    try await desk.run(AddUser(user: UserID(), handle: "cleo", name: "Cleo"), key: key, by: handler)
                    Issue.record("it was answered without Postgres")
                } catch CommandError.unavailable {}
            }
            await log.close()
        }
    }

    @Test func `beginning a stream reads nothing`() async throws {
        try await Desk.run { desk in
            var configuration = EventLog.Configuration(
                appender: desk.database.configuration(as: .appender),
                reader: desk.database.configuration(as: .projector)
            )
            configuration.reader.conninfo = "host=/nowhere"
            let log = EventLog(configuration, logger: desk.database.logger)
            let handler = CommandHandler(log: log, codec: desk.handler.codec, logger: desk.database.logger)
            let add = AddUser(user: UserID(), handle: "cleo", name: "Cleo")
            let result = try await desk.run(add, by: handler)
            // After the owner's two events.
            #expect(result.position == 4)
            await log.close()
        }
    }

    @Test func `a stream that cannot be understood fails its commands and no others`() async throws {
        try await Desk.run { desk in
            let room = RoomID()
            let broken = AppendCommand(
                tenant: desk.tenant.id,
                key: Array(repeating: 1, count: 32),
                request: Array(repeating: 1, count: 32),
                streams: [StreamTouch(room.uuid, .noStream)],
                events: [
                    NewEvent(
                        stream: room.uuid,
                        type: EventType("workspace.room_created"),
                        payload: Array(#"{"created":{}}"#.utf8),
                        metadata: Array("{}".utf8)
                    )
                ]
            )
            _ = try await desk.handler.log.append(broken, to: desk.tenant.partition)
            do {
                try await desk.run(ArchiveRoom(room: room))
                Issue.record("a broken room was archived")
            } catch CommandError.failed {}
            _ = try await desk.makeRoom()
        }
    }
}
