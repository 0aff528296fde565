package import Events

/// Opens an archived room again.
package struct RestoreRoom: RoomCommand {
    package static let name = "restore_room"
    package let room: RoomID

    package init(room: RoomID) { self.room = room }

    package func decide(_ state: RoomState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireModerated(by: standing)
        var decision = Decision()
        if state.room.state.archived { decision.append(.restored, to: room) }
        return decision
    }
}
