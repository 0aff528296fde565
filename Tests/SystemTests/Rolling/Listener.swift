import Foundation
import Synchronization

/// A subscriber that polls one queue at whichever gateway is there, and comes back when it is told to.
final class Listener: Sendable {
    private struct Registration: Decodable {
        var queueID: String, cursor: String
        private enum CodingKeys: String, CodingKey { case queueID = "queue_id", cursor }
    }

    private struct Batch: Decodable {
        struct Event: Decodable {
            struct Content: Decodable {
                struct Message: Decodable { var body: String? }
                var message: Message?
            }
            var number: Int, type: String, data: Content
        }
        var events: [Event], cursor: String, retryAfterMilliseconds: Int?
        private enum CodingKeys: String, CodingKey {
            case events, cursor
            case retryAfterMilliseconds = "retry_after_ms"
        }
    }

    private struct State {
        var cursor: String
        var bodies: [String] = []
        var events = 0
        var sentAway = 0
        var faults: [String] = []
    }

    private let queue: String
    private let token: String
    private let client: RoundRobin
    private let state: Mutex<State>

    /// The messages that it was told of, in order.
    var bodies: [String] { state.withLock(\.bodies) }
    var faults: [String] { state.withLock(\.faults) }
    /// How often a gateway that was about to end asked it to come back.
    var sentAway: Int { state.withLock(\.sentAway) }

    init(_ token: String, by client: RoundRobin) async throws {
        self.token = token
        self.client = client
        let registration = try await client.send(.POST, "/realtime/queues", [:], as: token).decode(Registration.self)
        queue = registration.queueID
        state = Mutex(State(cursor: registration.cursor))
    }

    /// Polls until it is cancelled.
    func listen() async throws {
        while !Task.isCancelled {
            let path = "/realtime/queues/\(queue)/events?timeout_s=5&cursor=\(state.withLock(\.cursor))"
            let answer = try await client.send(.GET, path, as: token)
            guard answer.status == 200 else {
                state.withLock {
                    $0.faults.append("\(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
                }
                return
            }
            let batch = try answer.decode(Batch.self)
            take(batch)
            if let pause = batch.retryAfterMilliseconds { try await Task.sleep(for: .milliseconds(pause)) }
        }
    }

    private func take(_ batch: Batch) {
        state.withLock { state in
            for event in batch.events {
                state.events += 1
                if event.number != state.events { state.faults.append("number \(event.number), not \(state.events)") }
                if event.type == "resync" { state.faults.append("it was told to load afresh") }
                if event.type == "message.created" { state.bodies.append(event.data.message?.body ?? "nothing") }
            }
            state.cursor = batch.cursor
            if batch.retryAfterMilliseconds != nil { state.sentAway += 1 }
        }
    }
}
