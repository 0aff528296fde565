import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

struct DroppedEventTests {
    @Test func `a stream with an event that does not decode is written again once the event is dropped`() async throws {
        try await Desk.run { desk in
            let room = try await desk.makeRoom()
            let broken = try await desk.append(Array("{}".utf8), as: EventType("workspace.room_painted"), to: room.uuid)
            await #expect(throws: CommandError.self) { try await desk.post(in: room, as: desk.owner) }

            try await desk.run(RepairStream(of: room.uuid, dropping: broken - 1, because: "painted", by: "eve"))
            await #expect(throws: CommandError.self) { try await desk.post(in: room, as: desk.owner) }

            try await desk.run(RepairStream(of: room.uuid, dropping: broken, because: "painted", by: "eve"))
            _ = try await desk.post(in: room, as: desk.owner)
            try await desk.run(ChangeRoom(room: room, name: "after"), as: desk.owner)
            try await desk.run(ChangeRoom(room: room, name: "again"), as: desk.owner, by: desk.another())
        }
    }
}
