package import Events
package import Foundation

/// A command about one room, which reads that room and who asks.
package protocol RoomCommand: Command where State == RoomState {
    var room: RoomID { get }
}

extension RoomCommand {
    package var target: UUID? { room.uuid }

    package func load(by loader: borrowing StateLoader) async throws -> RoomState {
        RoomState(me: try await loader.loadCaller(), room: try await loader.load(Room.self, room))
    }
}

/// What most commands on a room read.
package struct RoomState: Sendable {
    package var me: Loaded<User>?
    package var room: Loaded<Room>
    /// For what opens rooms.
    package var limits: Limits

    package init(me: Loaded<User>?, room: Loaded<Room>, limits: Limits = Limits()) {
        self.me = me
        self.room = room
        self.limits = limits
    }
}
