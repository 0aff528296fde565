package import Events
package import Foundation

/// Opens an archived room again.
package struct RestoreRoom: Command {
    package typealias State = RoomState

    package static let name = "restore_room"
    package let room: RoomID
    package var target: UUID? { room.uuid }

    package init(room: RoomID) { self.room = room }

    package func load(by loader: borrowing StateLoader) async throws -> State { try await loader.loadRoom(room) }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireModerated(by: standing)
        var decision = Decision()
        if state.room.state.archived { decision.append(.restored, to: room) }
        return decision
    }
}
