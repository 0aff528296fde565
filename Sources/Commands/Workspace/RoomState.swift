internal import Events

/// What most commands on a room read.
package struct RoomState: Sendable {
    package var me: Loaded<User>?
    package var room: Loaded<Room>

    package init(me: Loaded<User>?, room: Loaded<Room>) {
        self.me = me
        self.room = room
    }
}

extension StateLoader {
    func loadRoom(_ room: RoomID) async throws -> RoomState {
        RoomState(me: try await loadCaller(), room: try await load(Room.self, room))
    }
}
