package import Events

/// Makes a room read-only. What is in it can still be deleted, and members can still leave.
package struct ArchiveRoom: RoomCommand {
    package static let name = "archive_room"
    package let room: RoomID

    package init(room: RoomID) { self.room = room }

    package func decide(_ state: RoomState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireModerated(by: standing)
        var decision = Decision()
        guard !state.room.state.archived else { return decision }
        decision.append(.archived, to: room)
        decision.release(.rooms, for: caller)
        return decision
    }
}
