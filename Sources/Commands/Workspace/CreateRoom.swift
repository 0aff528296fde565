package import Events
internal import Foundation

/// Opens a room. Who opens it is its first moderator.
package struct CreateRoom: Command {
    package struct Answer: Codable, Sendable, Equatable {
        /// As it was made by the first request of the key.
        package var room: RoomID
    }

    package struct State: Sendable {
        package var me: Loaded<User>?
        package var room: Loaded<Room>
        package var members: [Loaded<User>]
        package var limits: Limits

        package init(
            me: Loaded<User>?,
            room: Loaded<Room>,
            members: [Loaded<User>],
            limits: Limits = Limits()
        ) {
            self.me = me
            self.room = room
            self.members = members
            self.limits = limits
        }
    }

    package static let name = "create_room"
    package let room: RoomID
    package let kind: RoomEvent.Kind
    package let title: String
    package let topic: String?
    package let members: [UserID]
    package let source: Source?

    package init(
        room: RoomID,
        kind: RoomEvent.Kind,
        name: String,
        topic: String? = nil,
        members: [UserID] = [],
        source: Source? = nil
    ) {
        self.room = room
        self.kind = kind
        self.title = name
        self.topic = topic
        self.members = members
        self.source = source
    }

    // Without `room`: the server makes it anew for a retry, whose answer names the first one.
    private enum CodingKeys: String, CodingKey {
        case kind, title, topic, members, source
    }

    package func load(by loader: borrowing StateLoader) async throws -> State {
        State(
            me: try await loader.loadCaller(),
            room: try await loader.loadNew(Room.self, room),
            members: try await loader.loadNewMembers(members),
            limits: try await loader.loadLimits().state
        )
    }

    package func decide(_ state: State, for caller: Caller) throws(Refusal) -> Decision<Answer> {
        let standing = try Standing(of: caller, state.me)
        guard !standing.isGuest else { throw .notForGuests }
        guard !state.room.exists else { throw .roomExists }
        guard PlainText.isLine(title, Room.nameLengths) else { throw .roomNameInvalid }
        guard topic.map({ PlainText.isLine($0, Room.topicLengths) }) ?? true else { throw .roomTopicInvalid }
        try NewMembers.check(state.members)
        var decision = Decision(Answer(room: room))
        decision.append(.created(kind: kind, name: title, topic: topic, source: source), to: room)
        decision.use(of: .rooms, under: state.limits, for: caller)
        var added: Set<UserID> = []
        if let creator = standing.user {
            decision.append(.memberAdded(user: creator, role: .moderator), to: room)
            added.insert(creator)
        }
        for member in state.members where added.insert(member.id).inserted {
            decision.append(.memberAdded(user: member.id, role: .member), to: room)
        }
        return decision
    }
}
