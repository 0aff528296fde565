internal import EventStore
internal import Events

// Who may do what in a room. A room that one may not see is as if it were not there.
extension Loaded where State == Room {
    /// Members see it, and so does everyone but guests if it is a channel. Being an administrator opens no private
    /// room.
    func isVisible(to standing: Standing) -> Bool {
        guard exists else { return false }
        return standing.isAdministration || isMember(standing) || (state.kind == .channel && !standing.isGuest)
    }

    func isMember(_ standing: Standing) -> Bool {
        standing.user.map { state.members[$0] != nil } ?? false
    }

    /// Its moderators, and administrators who see it.
    func isModerated(by standing: Standing) -> Bool {
        guard isVisible(to: standing) else { return false }
        return standing.isAdministrator || standing.user.map { state.members[$0] == .moderator } ?? false
    }

    func requireVisible(to standing: Standing) throws(Refusal) {
        guard isVisible(to: standing) else { throw .roomUnknown }
    }

    /// For what its members do: gives the member.
    func requireMember(_ standing: Standing) throws(Refusal) -> UserID {
        try requireVisible(to: standing)
        let person = try standing.person()
        guard isMember(standing) else { throw .notAMember }
        return person
    }

    func requireModerated(by standing: Standing) throws(Refusal) {
        try requireVisible(to: standing)
        guard isModerated(by: standing) else { throw .moderatorRequired }
    }

    /// An archived room is there to read.
    func requireOpen() throws(Refusal) {
        guard !state.archived else { throw .roomArchived }
    }
}
