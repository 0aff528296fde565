import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Projections

/// What is set aside is told to nobody, and neither is what cannot be judged without it.
struct WithholdingTests {
    /// An event that this process does not know.
    private func poison(_ stream: UUID, _ type: String, _ stage: FanoutStage) async throws -> Position {
        try await stage.story.append(Array("{}".utf8), as: EventType(type), to: stream)
    }

    /// Nothing that the user could still have a place of is told by anyone.
    private func expectNothing(at places: [RealtimePlace], _ stage: FanoutStage) async throws {
        for place in places { #expect(try await stage.payload(place) == nil) }
        #expect(try await stage.derived(at: places.map(\.position)).isEmpty)
    }

    @Test func `what comes after a broken event of a room is not told, and all else is`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let broken = try await stage.story.open(.private, members: [ada])
            let whole = try await stage.story.open(.private, members: [ada])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            _ = try await poison(broken.uuid, "workspace.room_painted", stage)
            let hidden = try await stage.story.post("hidden", in: broken, by: ada)
            try await stage.story.append(.reactionAdded(room: broken, user: ada, emoji: "x", source: nil), to: hidden)
            try await stage.story.append(.changed(name: "hidden", topic: nil), to: broken)
            try await stage.story.mark(hidden, in: broken, readBy: ada)
            try await stage.story.post("told", in: whole, by: ada)
            let last = try await stage.fanOut()
            #expect(try await stage.watermark == last)
            #expect(try await stage.queue(ada).map(\.place.position) == [last])
            #expect(try await stage.refilled(ada).filter { $0.room == broken }.isEmpty)
        }
    }

    @Test func `a room whose history does not decode does not hold up the others`() async throws {
        try await FanoutStage.run { stage in
            let (ada, bob) = (try await stage.story.join(), try await stage.story.join())
            let broken = try await stage.story.open(.private, members: [ada])
            let whole = try await stage.story.open(.private, members: [ada])
            for user in [ada, bob] { try await stage.subscribe(user) }
            try await stage.fanOut()
            // Behind the projector, so that an addition from before is derived when the broken change is there already.
            let added = try await stage.story.append(.memberAdded(user: bob, role: .member), to: broken)
            try await stage.story.append(
                Array(#"{"changed":{"name":7}}"#.utf8),
                as: EventType("workspace.room_changed"),
                to: broken.uuid
            )
            try await stage.story.append(.memberAdded(user: bob, role: .moderator), to: broken)
            try await stage.story.post("told", in: whole, by: ada)
            let last = try await stage.fanOut()
            #expect(try await stage.watermark == last)
            #expect(try await stage.queue(ada).map(\.place.position).last == last)
            #expect(try await stage.queue(bob).isEmpty)
            #expect(added < last)
        }
    }

    @Test func `what was queued of a room before an event of it broke is taken back, for that may be a removal`()
        async throws
    {
        try await FanoutStage.run { stage in
            let (ada, bob) = (try await stage.story.join(), try await stage.story.join())
            let room = try await stage.story.open(.channel, members: [ada, bob])
            let other = try await stage.story.open(.channel, members: [ada, bob])
            for user in [ada, bob] { try await stage.subscribe(user) }
            try await stage.fanOut()
            try await stage.story.post("secret", in: room, by: ada)
            try await stage.story.append(.changed(name: "secret", topic: nil), to: room)
            try await stage.story.post("public", in: other, by: ada)
            try await stage.fanOut()
            let places = try await stage.queue(bob).map(\.place)
            #expect(places.count == 3)
            _ = try await poison(room.uuid, "workspace.room_emptied", stage)
            try await stage.fanOut()
            try await expectNothing(at: Array(places.prefix(2)), stage)
            #expect(try await stage.payload(places[2])?.contains("public") == true)
            #expect(try await stage.refilled(bob).map(\.room).filter { $0 == room }.isEmpty)
        }
    }

    @Test func `when a room is repaired all load afresh, and hear of it again`() async throws {
        try await FanoutStage.run { stage in
            let (ada, bob) = (try await stage.story.join(), try await stage.story.join())
            let room = try await stage.story.open(.private, members: [ada, bob])
            for user in [ada, bob] { try await stage.subscribe(user) }
            try await stage.fanOut()
            try await stage.story.post("before", in: room, by: ada)
            try await stage.fanOut()
            let broken = try await poison(room.uuid, "workspace.room_painted", stage)
            try await stage.story.append(.memberRemoved(user: bob), to: room)
            try await stage.story.post("meanwhile", in: room, by: ada)
            try await stage.fanOut()
            #expect(try await stage.queue(ada).filter { $0.place.position > broken }.isEmpty)

            let repair = RepairEvent.dropped(stream: room.uuid, position: broken, reason: "painted", by: "eve")
            try await stage.story.append(repair, to: RepairID(of: room.uuid))
            try await stage.story.post("after", in: room, by: ada)
            try await stage.fanOut()
            // What bob had not fetched of the room before he was removed from it is his no more.
            #expect(try await stage.queue(ada).map(\.type) == [.resync, .messageCreated])
            #expect(try await stage.queue(bob).map(\.type) == [.resync])
        }
    }

    @Test(arguments: ["of an unknown type", "that no row can hold"])
    func `an event that was dropped is told to nobody, and holds up nobody`(what: String) async throws {
        try await FanoutStage.run { stage in
            let (story, ada) = (stage.story, try await stage.story.join())
            let room = try await story.open(members: [ada])
            try await stage.subscribe(ada)
            let before = try await stage.fanOut()
            let broken: (stream: UUID, position: Position)
            if what == "of an unknown type" {
                broken = (room.uuid, try await poison(room.uuid, "workspace.room_painted", stage))
            } else {
                let message = try await story.post("a\0b", in: room, by: ada)
                broken = (message.uuid, before + 1)
            }
            try await story.append(
                .dropped(stream: broken.stream, position: broken.position, reason: "painted", by: "eve"),
                to: RepairID(of: broken.stream)
            )
            try await story.append(.memberAdded(user: UserID(), role: .member), to: room)
            try await story.post("after", in: room, by: ada)
            let projected = try await story.project()
            // Behind by all of it: nothing is set aside any more.
            let last = try await stage.fanOut()
            #expect(try await stage.watermark == last && last == projected)
            let types: [RealtimeType] = [.resync, .roomMemberChanged, .messageCreated]
            #expect(try await stage.queue(ada).map(\.type) == types)
            #expect(try await stage.refilled(ada, after: .end(of: before)).map(\.type) == types)
            #expect(try await stage.derived(at: [broken.position]).isEmpty)
        }
    }

    @Test func `a fan-out that is behind does not tell what the projector has withheld meanwhile`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(.private, members: [ada])
            try await stage.subscribe(ada)
            let before = try await stage.fanOut()
            try await stage.story.post("secret", in: room, by: ada)
            let posted = before + 1
            _ = try await poison(room.uuid, "workspace.room_emptied", stage)
            try await stage.story.project()
            try await stage.fanout { fanout, connection in
                while try fanout.step(hint: posted, on: connection) {}
            }
            #expect(try await stage.queue(ada).isEmpty)
        }
    }

    @Test func `a message that is set aside is taken back`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            let message = try await stage.story.post("secret", in: room, by: ada)
            try await stage.story.post("public", in: room, by: ada)
            try await stage.fanOut()
            let places = try await stage.queue(ada).map(\.place)
            try await stage.story.append(Array("{}".utf8), as: MessageEvent.types[2], to: message.uuid)
            try await stage.fanOut()
            try await expectNothing(at: [places[0]], stage)
            #expect(try await stage.payload(places[1])?.contains("public") == true)
        }
    }

    @Test func `a user who is set aside is told nothing any more, from before it neither, and others all`() async throws
    {
        try await FanoutStage.run { stage in
            let (ada, bob) = (try await stage.story.join(), try await stage.story.join())
            let room = try await stage.story.open(.channel, members: [ada, bob])
            for user in [ada, bob] { try await stage.subscribe(user) }
            let floor = try await stage.fanOut()
            try await stage.story.post("one", in: room, by: bob)
            try await stage.fanOut()
            #expect(try await stage.queue(ada).count == 1)
            // It may have been that she is no user any more.
            _ = try await poison(ada.uuid, "identity.user_banished", stage)
            try await stage.fanOut()
            try await stage.story.post("two", in: room, by: bob)
            try await stage.story.append(.changed(name: "three", topic: nil), to: room)
            try await stage.story.append(.profileChanged(name: Personal("Bob", of: bob)), to: bob)
            try await stage.story.append(.memberRemoved(user: ada), to: room)
            try await stage.fanOut()
            #expect(try await stage.queue(ada).isEmpty)
            #expect(try await stage.refilled(ada).isEmpty)
            #expect(try await stage.queue(bob).count == 5)
            #expect(try await stage.refilled(bob, after: .end(of: floor)).count == 5)
        }
    }

    @Test func `what only a newer process knows is waited for, not passed over`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            try await stage.subscribe(ada)
            let before = try await stage.fanOut()
            _ = try await poison(ada.uuid, "identity.user_painted", stage)
            let projected = try await stage.story.project()
            // As if a newer process had projected it.
            _ = try await stage.story.superuser.execute("TRUNCATE rm.parked, rm.parked_streams")
            await #expect(throws: NotUnderstood.self) {
                try await stage.fanout { fanout, connection in
                    _ = try fanout.step(hint: projected, on: connection)
                }
            }
            #expect(try await stage.watermark == before)
            await #expect(throws: NotUnderstood.self) { try await stage.refilled(ada) }
        }
    }
}
