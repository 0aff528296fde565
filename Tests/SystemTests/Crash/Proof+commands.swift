import EventStore
import Events
import Foundation

extension Proof {
    /// Invariant 1, and the first half of 2: what was acknowledged is in the log, once and in the order in which its author was
    /// answered; what was refused is not; and nothing is there that nobody asked for.
    func checkDeeds() {
        struct Author: Hashable { let user: UserID, key: String }
        var written: [Author: [Recorded]] = [:]
        for event in history.events {
            guard let user = event.metadata.user, let key = event.metadata.idempotencyKey else { continue }
            written[Author(user: user, key: key), default: []].append(event)
        }
        var last: [String: Position] = [:]
        var tokens: [String: Position] = [:]
        for done in deeds {
            let (deed, outcome) = (done.deed, done.outcome)
            let events = written[Author(user: deed.person.id, key: deed.key)] ?? []
            let name = "\(deed.kind) \(deed.key) by \(deed.person.handle)"
            guard outcome.isDone else {
                if !events.isEmpty { fault("\(name) was refused, and is in the log: \(outcome)") }
                if !mayBeRefused(done) { fault("\(name) was refused: \(outcome)") }
                continue
            }
            if !deed.kind.events.contains(events.count) { fault("\(name) wrote \(events.count) events") }
            if Set(events.map(\.raw.commandKey)).count > 1 { fault("\(name) was done by more than one command") }
            guard let first = events.first, let final = events.last else { continue }
            if final.position - first.position != events.count - 1 { fault("\(name) was torn apart in the log") }
            if let id = outcome.id, deed.kind == .post, id != "\(MessageID(first.raw.stream))" {
                fault("\(name) was answered as \(id), and is \(first.raw.stream)")
            }
            // Ada does several things at a time; all others wait for each answer.
            if deed.person.handle != "ada" {
                if first.position <= last[deed.person.handle, default: 0] { fault("\(name) is in the log out of turn") }
                last[deed.person.handle] = final.position
            }
            guard let token = outcome.position else {
                fault("\(name) was answered without a position")
                continue
            }
            if tokens.updateValue(final.position, forKey: token) != nil { fault("\(name) has another's position") }
        }
    }

    /// Who is moved in and out cannot know what they may do; and messages are deleted while others want to change them.
    private func mayBeRefused(_ done: Done) -> Bool {
        let code = done.outcome.code ?? ""
        let isMoved =
            ["eve", "fay", "gus"].contains(done.deed.person.handle)
            && ["room.not_a_member", "room.not_found", "message.not_found"].contains(code)
        return switch done.deed.kind {
        case .post: isMoved
        case .edit, .react, .delete, .mark: isMoved || code == "message.deleted"
        case .open, .rename, .deleteRange, .add, .remove: false
        }
    }

    /// The second half of invariant 2: whoever asks again gets the same answer, and nothing happens.
    func askAgain(_ client: Client, _ dice: inout Dice) async throws {
        for done in deeds.shuffled(using: &dice).prefix(25) {
            let again = try await client.perform(done.deed)
            if again.outcome != done.outcome {
                fault("\(done.deed.kind) by \(done.deed.person.handle) was \(done.outcome) and is now \(again.outcome)")
            }
        }
        for wrong in client.wrongs { fault("a client was answered: \(wrong)") }
        let head = try stage.installation.product().execute("SELECT max(position) FROM es.events").decode(Position.self)
        if head != [history.head] { fault("asking again has written something") }
    }

    /// Invariant 1 once more, by the database's word instead of ours: no position and no version is missing or there twice, and
    /// the chain of commits is whole.
    func checkLog() async throws {
        let gaps = try stage.installation.product().execute(
            "SELECT partition FROM es.events GROUP BY partition HAVING count(*) <> max(position) OR min(position) <> 1"
        ).decode(Int32.self)
        if !gaps.isEmpty { fault("partitions with gaps: \(gaps)") }
        let streams = try stage.installation.product().execute(
            "SELECT stream FROM es.events GROUP BY tenant, stream HAVING count(DISTINCT version) <> max(version) OR count(*) <> max(version)"
        ).decode(UUID.self)
        if !streams.isEmpty { fault("streams with gaps: \(streams)") }
        let audit = try await stage.installation.attempt(["audit", "verify"])
        if audit.status != 0 { fault("the log is not whole: \(audit.output)\(audit.errors)") }
    }
}
