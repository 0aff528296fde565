import EventStore
import Events
import Foundation

extension Proof {
    /// Invariants 4 and 5: a subscriber got every event that it may see, once, in order, and none that it may not see, be it of
    /// a room that it is not in or of another tenant. Whoever lost a room may lack of it the end of what was before.
    func check(_ follower: Follower, registeredAt base: Position, _ tidings: Tidings) {
        let user = follower.person.id
        let received = follower.received
        let places = Dictionary(uniqueKeysWithValues: tidings.told.enumerated().map { ($1.id, $0) })
        var last = -1
        var got: Set<Int> = []
        for item in received {
            guard let place = places[item.id] else {
                fault("\(follower.name) got what its tenant's log does not hold: \(item)")
                continue
            }
            let told = tidings.told[place]
            guard told.position > base, isVisible(told, to: user), follower.choice.takes(told) else {
                fault("\(follower.name) got what it may not see or did not ask for: \(item)")
                continue
            }
            if !got.insert(place).inserted { fault("\(follower.name) got \(item.id) twice") }
            if place <= last { fault("\(follower.name) got \(item.id) after a later one") }
            last = max(last, place)
            check(item, against: told, for: follower)
        }
        // By room and stay there: whether something of it is lacking already.
        var lacking: Set<String> = []
        for (place, told) in tidings.told.enumerated()
        where told.position > base && isVisible(told, to: user) && follower.choice.takes(told) {
            if isLost(told, for: user, tidings) {
                let stay = "\(told.room.map { "\($0)" } ?? "") \(told.asMembers[user] ?? 0)"
                if !got.contains(place) {
                    lacking.insert(stay)
                } else if lacking.contains(stay) {
                    fault("\(follower.name) lacks something before \(told.id), of a room that it was still told of")
                }
            } else if !got.contains(place) {
                fault("\(follower.name) lacks \(told.type) \(told.id) at \(told.position)")
            }
        }
        for wrong in follower.wrongs { fault("\(follower.name) was answered: \(wrong)") }
    }

    private func isVisible(_ told: Told, to user: UserID) -> Bool {
        told.asUsers.contains(user) || told.asMembers[user] != nil
    }

    private func isLost(_ told: Told, for user: UserID, _ tidings: Tidings) -> Bool {
        guard !told.asUsers.contains(user), let room = told.room, let left = told.asMembers[user] else { return false }
        return left < tidings.departures(of: user, from: room)
    }

    /// What an event says is what the log says, or nothing where it was deleted since.
    private func check(_ item: Follower.Received, against told: Told, for follower: Follower) {
        func expect(_ isTrue: Bool, _ what: String) {
            if !isTrue {
                fault("\(follower.name) got \(item.type) \(item.id) with another \(what) than the log has: \(item)")
            }
        }
        expect(item.type == told.type, "type")
        expect(item.room == told.room.map { "\($0)" }, "room")
        let metadata = told.event.metadata
        expect(item.commandID == (metadata.user == follower.person.id ? metadata.idempotencyKey : nil), "command")
        let content = item.content
        switch told.event.event {
        case .message(let id, .posted(_, _, let body, _, _, _, _)):
            expect(content.message?.id == "\(id)", "message")
            expect(content.message?.body == body.text || content.message?.body == nil && deleted.contains(id), "body")
        case .message(let id, .edited(_, _, let body, _, _)):
            expect(content.message_id == "\(id)", "message")
            expect(content.body == body.text || content.body == nil && deleted.contains(id), "body")
        case .message(let id, .deleted): expect(content.message_id == "\(id)", "message")
        case .message(let id, .reactionAdded(_, let user, let emoji, _)):
            expect(content.message_id == "\(id)" && content.user_id == "\(user)", "reaction")
            expect(content.emoji == emoji && content.change == "added", "reaction")
        case .message(let id, .reactionRemoved(_, let user, let emoji)):
            expect(content.message_id == "\(id)" && content.user_id == "\(user)", "reaction")
            expect(content.emoji == emoji && content.change == "removed", "reaction")
        case .room(_, .memberAdded(let user, _)):
            expect(content.user_id == "\(user)" && content.change == "added", "member")
        case .room(_, .memberRemoved(let user)):
            expect(content.user_id == "\(user)" && content.change == "removed", "member")
        case .readState(_, .markerMoved(_, _, let message)): expect(content.message_id == "\(message)", "message")
        case .room, .user, .handle, .repair, .limits, .usage, .usageReport, .policies, .control: break
        }
    }
}

extension Follower.Choice {
    func takes(_ told: Told) -> Bool {
        if let types = event_types, !types.contains(told.type) { return false }
        guard let rooms, let room = told.room else { return true }
        return rooms.contains("\(room)")
    }
}
