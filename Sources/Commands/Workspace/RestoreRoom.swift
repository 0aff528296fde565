package import Events

/// Opens an archived room again.
package struct RestoreRoom: RoomCommand {
    package static let name = "restore_room"
    package let room: RoomID

    package init(room: RoomID) { self.room = room }

    package func load(by loader: borrowing StateLoader) async throws -> RoomState {
        RoomState(
            me: try await loader.loadCaller(),
            room: try await loader.load(Room.self, room),
            limits: try await loader.loadLimits().state
        )
    }

    package func decide(_ state: RoomState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireModerated(by: standing)
        var decision = Decision()
        guard state.room.state.archived else { return decision }
        decision.append(.restored, to: room)
        decision.use(of: .rooms, under: state.limits, for: caller)
        return decision
    }
}
