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
        let mentions = Mentions.parse(body).map { mention in
            mention.forms.map { HandleID(tenant: caller.tenant, handle: $0) }
        }
        try await look(for: mentions.joined().map(\.uuid))
        var users: [UserID] = []
        for handles in mentions {
            for handle in handles {
                guard let user = try await peek(Handle.self, handle).state.user else { continue }
                if !users.contains(user) { users.append(user) }
                break
            }
        }
        return users
    }
}
