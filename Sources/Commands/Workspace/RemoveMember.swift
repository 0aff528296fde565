package import Events

/// Takes a user out of a room. Users leave by themselves; moderators and administrators remove others.
package struct RemoveMember: RoomCommand {
    package static let name = "remove_member"
    package let room: RoomID
    package let user: UserID

    package init(room: RoomID, user: UserID) {
        self.room = room
        self.user = user
    }

    package func decide(_ state: RoomState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireVisible(to: standing)
        if standing.user != user { try state.room.requireModerated(by: standing) }
        var decision = Decision()
        if state.room.state.members[user] != nil { decision.append(.memberRemoved(user: user), to: room) }
        return decision
    }
}
