package import Events

/// Makes a member a moderator of the room, or a moderator a member.
package struct ChangeMemberRole: RoomCommand {
    package static let name = "change_member_role"
    package let room: RoomID
    package let user: UserID
    package let role: RoomRole

    package init(room: RoomID, user: UserID, role: RoomRole) {
        self.room = room
        self.user = user
        self.role = role
    }

    package func decide(_ state: RoomState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireModerated(by: standing)
        guard let present = state.room.state.members[user] else { throw .memberUnknown }
        var decision = Decision()
        if present != role { decision.append(.memberRoleChanged(user: user, role: role), to: room) }
        return decision
    }
}
