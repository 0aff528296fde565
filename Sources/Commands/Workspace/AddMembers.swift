package import Events
package import Foundation

/// Takes users into a room. A member adds others; anyone but a guest joins a channel by themselves. Who is a member
/// already stays as they are.
package struct AddMembers: Command {
    package struct State: Sendable {
        package var me: Loaded<User>?
        package var room: Loaded<Room>
        package var users: [Loaded<User>]

        package init(me: Loaded<User>?, room: Loaded<Room>, users: [Loaded<User>]) {
            self.me = me
            self.room = room
            self.users = users
        }
    }

    package static let name = "add_members"
    /// How many users can be added at once.
    package static let limit = 500
    package let room: RoomID
    /// At most `limit`.
    package let users: [UserID]
    package var target: UUID? { room.uuid }

    package init(room: RoomID, users: [UserID]) {
        self.room = room
        self.users = users
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            me: try await loader.loadCaller(),
            room: try await loader.load(Room.self, room),
            users: try await loader.loadNewMembers(users)
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireVisible(to: standing)
        let isJoining = !users.isEmpty && users.allSatisfy { $0 == standing.user }
        if !isJoining {
            guard !standing.isGuest else { throw .notForGuests }
            guard standing.isAdministrator || state.room.isMember(standing) else { throw .notAMember }
        }
        try state.room.requireOpen()
        try NewMembers.check(state.users)
        var decision = Decision()
        var members = Set(state.room.state.members.keys)
        for user in state.users where members.insert(user.id).inserted {
            decision.append(.memberAdded(user: user.id, role: .member), to: room)
        }
        return decision
    }
}
