import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Projections

struct ParkingTests {
    @Test func `an unknown type parks its room and the messages there, and all else goes on`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let (broken, whole) = (try await story.open(members: [ada]), try await story.open(members: [ada]))
            try await story.post("before", in: broken, by: ada)
            try await story.project()
            let poison = try await story.append(
                Array("{}".utf8),
                as: EventType("workspace.room_painted"),
                to: broken.uuid
            )
            try await story.append(.changed(name: "after", topic: nil), to: broken)
            let aside = try await story.post("after", in: broken, by: ada)
            try await story.append(.reactionAdded(room: broken, user: ada, emoji: "👍", source: nil), to: aside)
            try await story.mark(aside, in: broken, readBy: ada)
            let message = try await story.post("beside", in: whole, by: ada)
            let last = try await story.mark(message, in: whole, readBy: ada)
            #expect(try await story.project() == last)

            #expect(try await story.reads.message(message, for: ada, in: story.tenant)?.body == "beside")
            #expect(try await story.reads.unread(for: ada, in: story.tenant).map(\.readSeq) == [1])
            let streams = try await story.query(
                "SELECT stream, position, type, reason FROM rm.parked_streams",
                as: (UUID, Int64, String, String).self
            )
            #expect(streams.count == 1 && streams[0].0 == broken.uuid && streams[0].1 == poison)
            #expect(streams[0].3.contains("workspace.room_painted"))
            let parked = try await story.query(
                "SELECT position, cause = \(broken.uuid) FROM rm.parked ORDER BY 1",
                as: (Int64, Bool).self
            )
            #expect(parked.map(\.0) == Array(poison...poison + 4) && parked.allSatisfy(\.1))
        }
    }

    @Test func `a parked room is withheld from every read`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let message = try await story.post(in: room, by: ada)
            try await story.append(Array("{}".utf8), as: EventType("workspace.room_painted"), to: room.uuid)
            try await story.project()
            let (reads, tenant) = (story.reads, story.tenant)
            #expect(try await reads.room(room, for: ada, in: tenant) == nil)
            #expect(try await reads.rooms(.init(limit: 10), for: ada, in: tenant).items == [])
            #expect(try await reads.members(of: room, .init(limit: 10), for: ada, in: tenant) == nil)
            #expect(try await reads.messages(in: room, .newest, limit: 10, for: ada, in: tenant) == nil)
            #expect(try await reads.message(message, for: ada, in: tenant) == nil)
            #expect(try await reads.thread(of: message, after: 0, limit: 10, for: ada, in: tenant) == nil)
            #expect(try await reads.history(of: message, for: ada, in: tenant) == nil)
            #expect(try await reads.unread(for: ada, in: tenant) == [])
            let snapshot = try await reads.snapshot(of: Set(SnapshotPart.allCases), for: ada, in: tenant)
            #expect(snapshot.rooms == [] && snapshot.unread == [])
        }
    }

    @Test func `a parked user sees nothing, and nobody else sees less`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(members: [ada, bob])
            try await story.append(Array("{}".utf8), as: EventType("identity.user_painted"), to: ada.uuid)
            let message = try await story.post(in: room, by: ada)
            try await story.mark(message, in: room, readBy: ada)
            try await story.project()
            #expect(try await story.reads.room(room, for: ada, in: story.tenant) == nil)
            #expect(try await story.reads.rooms(.init(limit: 10), for: ada, in: story.tenant).items == [])
            #expect(try await story.reads.unread(for: ada, in: story.tenant) == [])
            #expect(try await story.reads.message(message, for: bob, in: story.tenant) != nil)
            // Only she would have seen her marker.
            #expect(try await story.rows(of: "rm.read_markers") == [])
            #expect(try await story.rows(of: "rm.parked").count == 2)
        }
    }

    @Test func `a text that the database cannot hold parks one message, found among the others of its batch`()
        async throws
    {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            try await story.post("one", in: room, by: ada)
            let broken = try await story.post("a\0b", in: room, by: ada)
            try await story.append(.reactionAdded(room: room, user: ada, emoji: "👍", source: nil), to: broken)
            try await story.mark(broken, in: room, readBy: ada)
            try await story.post("two", in: room, by: ada)
            try await story.project()
            let views = try await story.reads.messages(in: room, .newest, limit: 10, for: ada, in: story.tenant)
            #expect(views?.map(\.body) == ["one", "two"])
            #expect(views?.map(\.seq) == [1, 2])
            let parked = try await story.query(
                "SELECT cause, reason FROM rm.parked ORDER BY position",
                as: (UUID, String).self
            )
            #expect(parked.map(\.0) == [broken.uuid, broken.uuid, broken.uuid])
            #expect(parked[0].1.contains("22021"))
        }
    }

    @Test(arguments: [
        "an edit of no message", "a message in no room", "a broken payload", "broken attachments", "a second joining",
    ])
    func `what cannot have happened is poison`(what: String) async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            switch what {
            case "an edit of no message":
                let body = Personal("x", of: ada)
                try await story.append(
                    .edited(room: room, editor: ada, body: body, mentions: [], source: nil),
                    to: MessageID()
                )
            case "a message in no room": try await story.post(in: RoomID(), by: ada)
            case "a broken payload":
                try await story.append(Array("{\"posted\":7}".utf8), as: MessageEvent.types[0], to: MessageID().uuid)
            case "broken attachments":
                try await story.append(
                    try await story.brokenAttachments(in: room, by: ada),
                    as: MessageEvent.types[0],
                    to: MessageID().uuid
                )
            default: try await story.join(id: ada)
            }
            let message = try await story.post("after", in: room, by: ada)
            try await story.project()
            #expect(try await story.rows(of: "rm.parked").count == 1)
            if what != "a second joining" {
                #expect(try await story.reads.message(message, for: ada, in: story.tenant)?.body == "after")
            }
        }
    }

    @Test func `a broken deletion withholds its message`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let message = try await story.post("secret", in: room, by: ada)
            try await story.append(Array("{}".utf8), as: MessageEvent.types[2], to: message.uuid)
            try await story.project()
            #expect(try await story.reads.message(message, for: ada, in: story.tenant) == nil)
            #expect(try await story.reads.messages(in: room, .newest, limit: 10, for: ada, in: story.tenant) == [])
        }
    }

    @Test func `an error of the installation parks nothing`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            try await story.project()
            try await story.superuser.execute("REVOKE INSERT ON rm.messages FROM daybook_projector")
            try await story.post(in: room, by: ada)
            await #expect(throws: PostgresError.self) { try await story.project() }
            #expect(try await story.rows(of: "rm.parked") == [])
            try await story.superuser.execute("GRANT INSERT ON rm.messages TO daybook_projector")
            try await story.superuser.execute("UPDATE rm.checkpoints SET lease_owner = NULL")
            try await story.project()
            #expect(try await story.rows(of: "rm.messages").count == 1)
        }
    }

    @Test func `a mended room gets its events in their order, and its messages their places`() async throws {
        try await Story.run { story in
            let (ada, bob) = (try await story.join(), try await story.join(name: "Bob"))
            let room = try await story.open(.private, members: [ada])
            let root = try await story.post("one", in: room, by: ada)
            // Stands for a type that an older process did not know: the log cannot be mended, the code can.
            let poison = try await story.append(
                Array("{}".utf8),
                as: EventType("workspace.room_painted"),
                to: room.uuid
            )
            try await story.append(.memberRemoved(user: ada), to: room)
            let removed = try await story.append(.memberAdded(user: bob, role: .member), to: room) - 1
            try await story.post("two", in: room, by: bob, thread: root)
            let broken = try await story.post("a\0b", in: room, by: bob)
            try await story.append(.reactionAdded(room: room, user: bob, emoji: "👍", source: nil), to: broken)
            try await story.project()
            #expect(try await story.rows(of: "rm.parked").count == 6)

            // Not mended yet: all stays aside.
            try await story.repair(.retried(stream: room.uuid, by: "eve"))
            #expect(try await story.rows(of: "rm.parked").count == 6)

            let changed = try await story.append(.changed(name: "x", topic: nil), to: room)
            try await story.superuser.execute(
                "UPDATE es.events e SET type = c.type, payload = c.payload FROM es.events c WHERE e.position = \(poison) AND c.position = \(changed)"
            )
            try await story.repair(.retried(stream: room.uuid, by: "eve"))
            // The broken message is aside for its own sake now.
            let causes = try await story.query("SELECT cause, true FROM rm.parked", as: (UUID, Bool).self).map(\.0)
            #expect(causes == [broken.uuid, broken.uuid])
            try await story.project()
            #expect(try await story.reads.room(room, for: ada, in: story.tenant) == nil)
            let views = try #require(
                try await story.reads.messages(in: room, .newest, limit: 10, for: bob, in: story.tenant)
            )
            #expect(views.map(\.body) == ["one", "two"] && views.map(\.seq) == [1, 2] && views[0].replyCount == 1)
            let intervals = try await story.query(
                "SELECT to_position, member = \(ada.uuid) FROM rm.memberships ORDER BY from_position",
                as: (Int64?, Bool).self
            )
            #expect(intervals.map(\.0) == [removed, nil])
        }
    }

    @Test func `an event that is dropped is never projected, and what waited for it is`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let poison = try await story.append(
                Array("{}".utf8),
                as: EventType("workspace.room_painted"),
                to: room.uuid
            )
            try await story.append(.changed(name: "after", topic: nil), to: room)
            let message = try await story.post("late", in: room, by: ada)
            try await story.post("later", in: room, by: ada)
            try await story.project()
            try await story.repair(
                .dropped(stream: room.uuid, position: poison, reason: "painted by mistake", by: "eve")
            )

            for table in ["rm.parked", "rm.parked_streams"] { #expect(try await story.rows(of: table) == []) }
            #expect(try await story.reads.room(room, for: ada, in: story.tenant)?.name == "after")
            #expect(try await story.reads.message(message, for: ada, in: story.tenant)?.body == "late")
            // Together: each in a subtransaction of its own would have another xmin.
            let subtransactions = try await story.query(
                "SELECT count(*), count(DISTINCT xmin::text) FROM rm.messages",
                as: (Int64, Int64).self
            )
            #expect(subtransactions[0] == (2, 1))
            let history = History(log: story.database.log(reader: .gateway), codec: story.codec, reads: story.reads)
            #expect(try await history.room(room, of: story.tenant, at: poison + 1)?.name == "after")
        }
    }

    @Test(arguments: [1, 3, 500])
    func `a repair is done again when the log is projected again`(batches: Int) async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let poison = try await story.append(
                Array("{}".utf8),
                as: EventType("workspace.room_painted"),
                to: room.uuid
            )
            try await story.post("one", in: room, by: ada)
            try await story.append(
                .dropped(stream: room.uuid, position: poison, reason: "painted", by: "eve"),
                to: RepairID(of: room.uuid)
            )
            try await story.post("two", in: room, by: ada)
            try await story.project(batches: batches)
            #expect(try await story.rows(of: "rm.parked") == [])
            let bodies = try await story.query(
                "SELECT body, seq FROM rm.messages ORDER BY seq",
                as: (String, Int64).self
            )
            #expect(bodies.map(\.0) == ["one", "two"] && bodies.map(\.1) == [1, 2])
        }
    }

    @Test func `a repair of a stream that is not parked changes nothing`() async throws {
        try await Story.run { story in
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            try await story.project()
            let rows = try await story.rows(of: "rm.rooms")
            try await story.repair(.retried(stream: room.uuid, by: "eve"))
            #expect(try await story.rows(of: "rm.rooms") == rows)
        }
    }
}
