internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A queue of one user, polled over a connection of its own.
final class Subscriber: Sendable {
    struct Batch: Decodable, Sendable {
        struct Event: Decodable, Sendable {
            struct Data: Decodable, Sendable {
                struct Message: Decodable, Sendable { let id: String }
                let message: Message?
            }
            let type: String
            let data: Data
        }
        let events: [Event]
        let cursor: String
    }

    private struct Registered: Decodable {
        let queue_id: String
        let cursor: String
    }

    let connection: LoadConnection
    let token: String
    let queue: String
    let start: String

    /// Registers a queue without a snapshot.
    init(token: String, port: Int, on group: any EventLoopGroup) async throws {
        let connection = try await LoadConnection.connect(port: port, on: group)
        while true {
            let answer = try await connection.request(
                .POST,
                "/realtime/queues",
                token: token,
                json: #"{"initial_state":[],"event_types":["message.created"]}"#
            )
            if answer.status == 429 {
                try await Task.sleep(for: .milliseconds(.random(in: 50...250)))
                continue
            }
            guard answer.status < 300 else {
                throw Tool.Failed(description: "register answered \(answer.status): \(String(buffer: answer.body))")
            }
            let registered = try answer.body.decoded(as: Registered.self)
            self.connection = connection
            self.token = token
            queue = registered.queue_id
            start = registered.cursor
            return
        }
    }

    /// The raw answer of one poll.
    func poll(_ cursor: String, timeoutSeconds: Int) async throws -> ByteBuffer {
        let path = "/realtime/queues/\(queue)/events?cursor=\(cursor)&timeout_s=\(timeoutSeconds)&limit=1000"
        let answer = try await connection.request(.GET, path, token: token)
        guard answer.status == 200 else {
            throw Tool.Failed(description: "poll answered \(answer.status): \(String(buffer: answer.body))")
        }
        return answer.body
    }

    func batch(_ cursor: String, timeoutSeconds: Int) async throws -> Batch {
        try await poll(cursor, timeoutSeconds: timeoutSeconds).decoded(as: Batch.self)
    }
}
