internal import Events

/// The rule for who can become a member of a room.
enum NewMembers {
    /// Refuses a list that is too long or names someone who cannot be a member.
    static func check(_ users: [Loaded<User>]) throws(Refusal) {
        guard users.count <= AddMembers.limit else { throw .tooManyMembers }
        for (index, user) in users.enumerated() {
            guard user.exists else { throw .newMemberUnknown(at: index) }
            guard user.state.active else { throw .newMemberDeactivated(at: index) }
            guard user.state.role != .auditor else { throw .newMemberIsAuditor(at: index) }
        }
    }
}

extension StateLoader {
    /// The users in the given order; of too long a list only as many as tell that it is.
    func loadNewMembers(_ users: [UserID]) async throws -> [Loaded<User>] {
        let users = users.prefix(AddMembers.limit + 1)
        try await look(for: users.map(\.uuid))
        var loaded: [Loaded<User>] = []
        for user in users { loaded.append(try await load(User.self, user)) }
        return loaded
    }
}
