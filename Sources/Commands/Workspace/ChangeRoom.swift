package import Events

/// Gives a room another name or topic.
package struct ChangeRoom: RoomCommand {
    package static let name = "change_room"
    package let room: RoomID
    /// Nil leaves the name as it is.
    package let title: String?
    /// Nil leaves the topic as it is; an empty one takes it away.
    package let topic: String?

    package init(room: RoomID, name: String? = nil, topic: String? = nil) {
        self.room = room
        self.title = name
        self.topic = topic
    }

    package func decide(_ state: RoomState, for caller: Caller) throws(Refusal) -> Decision<Done> {
        let standing = try Standing(of: caller, state.me)
        try state.room.requireModerated(by: standing)
        try state.room.requireOpen()
        guard title.map({ PlainText.isLine($0, Room.nameLengths) }) ?? true else { throw .roomNameInvalid }
        guard topic.map({ PlainText.isLine($0, Room.topicLengths) }) ?? true else { throw .roomTopicInvalid }
        let room = state.room.state
        let newTitle = title == room.name ? nil : title
        let newTopic = topic == room.topic || (topic == "" && room.topic == nil) ? nil : topic
        var decision = Decision()
        if newTitle != nil || newTopic != nil {
            decision.append(.changed(name: newTitle, topic: newTopic), to: self.room)
        }
        return decision
    }
}
