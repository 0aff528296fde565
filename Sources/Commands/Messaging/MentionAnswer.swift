package import Events

/// The answer to a posted or edited message: whom it reached.
package struct MentionAnswer: Codable, Sendable, Equatable {
    package var message: MessageID
    /// The members of the room that it mentions.
    package var mentions: [UserID]
    /// The users that it names who are not in the room, and so are not told.
    package var unreached: [UserID]

    init(message: MessageID, mentioned: [UserID], in room: Room) {
        self.message = message
        mentions = mentioned.filter { room.members[$0] != nil }
        unreached = mentioned.filter { room.members[$0] == nil }
    }
}

extension StateLoader {
    /// The users whose handles the text names, each once, in order. A handle never changes hands, so it needs no guard.
    package func mentioned(in body: String) async throws -> [UserID] {
        var users: [UserID] = []
        for mention in Mentions.parse(body) {
            for form in mention.forms {
                let handle = try await peek(Handle.self, HandleID(tenant: caller.tenant, handle: form))
                guard let user = handle.state.user else { continue }
                if !users.contains(user) { users.append(user) }
                break
            }
        }
        return users
    }
}
