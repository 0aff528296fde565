internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Clients over connections of their own, each with one request in flight, for a while.
struct ClosedLoop {
    struct Request: Sendable {
        var method: HTTPMethod = .GET
        let path: String
        var token: String?
        var json: String?
    }

    let clients: Int
    let seconds: Double
    let group: any EventLoopGroup

    /// Requests per second that were answered well.
    ///
    /// - Parameter request: of a client, and how many it has sent before.
    func perSecond(port: Int, _ request: @escaping @Sendable (Int, Int) -> Request) async throws -> Double {
        let clock = ContinuousClock()
        let connections = try await concurrently(clients, width: 16) { _ in
            try await LoadConnection.connect(port: port, on: group)
        }
        let start = clock.now
        let end = start + .seconds(seconds)
        let counts = try await concurrently(clients, width: clients) { client in
            var count = 0
            while clock.now < end {
                let asked = request(client, count)
                let answer = try await connections[client].request(
                    asked.method,
                    asked.path,
                    token: asked.token,
                    json: asked.json
                )
                guard answer.status < 300 else {
                    throw Tool.Failed(
                        description:
                            "\(asked.method) \(asked.path) answered \(answer.status): \(String(buffer: answer.body))"
                    )
                }
                count += 1
            }
            return count
        }
        let elapsed = (clock.now - start).seconds
        for connection in connections { await connection.close() }
        return Double(counts.reduce(0, +)) / elapsed
    }
}
