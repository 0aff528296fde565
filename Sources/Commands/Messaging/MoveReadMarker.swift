package import Events
internal import Foundation

/// Says how far the caller has read a room, forwards or back.
package struct MoveReadMarker: Command {
    package struct State: Sendable {
        package var me: Loaded<User>?
        package var room: Loaded<Room>
        package var message: Loaded<Message>
        /// Nil without a person who could read.
        package var marker: Loaded<ReadState>?

        package init(me: Loaded<User>?, room: Loaded<Room>, message: Loaded<Message>, marker: Loaded<ReadState>?) {
            self.me = me
            self.room = room
            self.message = message
            self.marker = marker
        }
    }

    package static let name = "move_read_marker"
    package let room: RoomID
    /// All up to it is read, and nothing after it.
    package let message: MessageID

    package init(room: RoomID, message: MessageID) {
        self.room = room
        self.message = message
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        let me = try await loader.loadCaller()
        let room = try await loader.load(Room.self, room)
        // The room of a message never changes, and its reactions are not to get into the reader's way.
        let message = try await loader.peek(Message.self, message)
        var marker: Loaded<ReadState>?
        if let me { marker = try await loader.load(ReadState.self, ReadStateID(user: me.id, room: self.room)) }
        return State(me: me, room: room, message: message, marker: marker)
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        let user = try state.room.requireMember(standing)
        guard state.message.state.room == room else { throw .messageUnknown }
        guard let marker = state.marker else { throw .callerIsNobody }
        var decision = Decision()
        if marker.state.marker != message {
            decision.append(.markerMoved(user: user, room: room, message: message), to: marker.id)
        }
        return decision
    }
}
