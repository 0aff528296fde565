import Events
import Foundation
import Synchronization

/// A subscriber: registers a queue once and polls it for ever, at any gateway, whatever becomes of them. It holds against what
/// it gets all that a client can know by itself: that the numbers have no gap, that the queue is never lost, that no answer is
/// an error but one that asks for patience.
final class Follower: Sendable {
    struct Received: Sendable {
        let id: String
        let number: Int
        let type: String
        let room: String?
        let commandID: String?
        let content: Content
    }

    /// What of an event's data can be held against the log.
    struct Content: Decodable, Sendable {
        struct Message: Decodable, Sendable { var id: String, body: String? }
        var message: Message?
        var message_id: String?
        var body: String?
        var user_id: String?
        var change: String?
        var emoji: String?
        var reason: String?
    }

    private struct Batch: Decodable {
        struct Event: Decodable {
            var id: String, number: Int, type: String, room_id: String?, command_id: String?, data: Content
        }
        var events: [Event], cursor: String, from: Int, to: Int
    }

    private struct Registration: Decodable {
        var queueID: String, cursor: String
        private enum CodingKeys: String, CodingKey { case queueID = "queue_id", cursor }
    }

    /// The body of a registration.
    struct Choice: Encodable, Sendable {
        var event_types: [String]?
        var rooms: [String]?
        let initial_state = ["me"]
    }

    private struct State {
        var cursor: String
        var received: [Received] = []
        var wrongs: [String] = []
        var failures = 0
    }

    let person: Person
    let choice: Choice
    /// As clients know it, `queue_…`.
    let queue: String
    private let gateways: [Server]
    private let state: Mutex<State>

    var name: String { choice.event_types == nil ? person.handle : "\(person.handle), who chooses" }
    var received: [Received] { state.withLock(\.received) }
    /// What no subscriber should ever see.
    var wrongs: [String] { state.withLock(\.wrongs) }
    /// How many polls failed, by gateways and stores that were away.
    var failures: Int { state.withLock(\.failures) }

    /// Registers, at any gateway that can.
    init(_ person: Person, choosing choice: Choice = Choice(), at gateways: [Server]) async throws {
        self.person = person
        self.choice = choice
        self.gateways = gateways
        var registration: Registration?
        try await eventually("\(person.handle) registers", timeout: Client.patience) {
            // Whoever gets no answer may have a queue that it does not know of, and registers another.
            let answer = try? await gateways.randomElement()?.post("/realtime/queues", choice, as: person.token)
            guard let answer, answer.status != 503 else { return false }
            guard answer.status == 201 else {
                throw NeverSo(what: "\(person.handle) registers: \(String(decoding: answer.body, as: UTF8.self))")
            }
            registration = try answer.decode(Registration.self)
            return true
        }
        guard let registration else { preconditionFailure("it has registered") }
        queue = registration.queueID
        state = Mutex(State(cursor: registration.cursor))
    }

    /// Polls until it is cancelled.
    func follow(_ dice: Dice) async {
        var dice = dice
        var gateway = dice.pick(gateways) ?? gateways[0]
        while !Task.isCancelled {
            let cursor = state.withLock(\.cursor)
            // Small answers now and then, so that a cursor stands anywhere.
            let limit = dice.pick([3, 40, 200]) ?? 200
            let path = "/realtime/queues/\(queue)/events?cursor=\(cursor)&timeout_s=2&limit=\(limit)"
            do {
                let answer = try await gateway.send(.GET, path, as: person.token, timeout: .seconds(10))
                if answer.status == 200 {
                    take(try answer.decode(Batch.self))
                    if dice.chance(90) { continue }
                } else {
                    let text = "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
                    state.withLock { state in
                        if answer.status == 503 { state.failures += 1 } else { state.wrongs.append(text) }
                    }
                    await pause(&dice)
                }
            } catch {
                if Task.isCancelled { return }
                state.withLock { $0.failures += 1 }
                await pause(&dice)
            }
            gateway = dice.pick(gateways) ?? gateway
        }
    }

    private func pause(_ dice: inout Dice) async {
        // Cancelled: the loop ends.
        try? await Task.sleep(for: .milliseconds(Int.random(in: 20...80, using: &dice)))
    }

    private func take(_ batch: Batch) {
        state.withLock { state in
            let next = state.received.count + 1
            if batch.from != next || batch.to != next + batch.events.count - 1 {
                state.wrongs.append("an answer from \(batch.from) to \(batch.to), when \(next) was next")
            }
            for event in batch.events {
                if event.number != state.received.count + 1 {
                    state.wrongs.append("number \(event.number) after \(state.received.count)")
                }
                state.received.append(
                    Received(
                        id: event.id,
                        number: event.number,
                        type: event.type,
                        room: event.room_id,
                        commandID: event.command_id,
                        content: event.data
                    )
                )
            }
            state.cursor = batch.cursor
        }
    }
}
