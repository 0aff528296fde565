import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The plainest client that a fleet may have: asks one process after the other, goes to the next one only if a connection is
/// refused or an answer is 503 with `Retry-After`, and stays away from that process for so long. It has no idempotency keys, so
/// that whatever is done twice shows.
final class RoundRobin: Sendable {
    private struct State {
        var turn = 0
        var restUntil: [Int: ContinuousClock.Instant] = [:]
        var retries = 0
        var faults: [String] = []
    }

    private let servers: [Server]
    private let state = Mutex(State())

    init(_ servers: [Server]) { self.servers = servers }

    /// What no client should ever see.
    var faults: [String] { state.withLock(\.faults) }
    /// How often it had to go elsewhere.
    var retries: Int { state.withLock(\.retries) }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: [String: String]? = nil,
        as token: String,
        headers: [String: String] = [:]
    ) async throws -> Server.Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        while deadline > .now {
            guard let index = next() else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            do {
                // A connection for each request: one that is kept could be closed on the way.
                let headers = headers.merging(["Connection": "close"]) { $1 }
                let answer = try await servers[index].send(method, path, body, as: token, headers: headers)
                guard answer.status >= 500 else { return answer }
                let text = "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
                guard answer.status == 503, let seconds = answer.headers.first(name: "Retry-After").flatMap(Int.init)
                else {
                    note(fault: "\(method) \(path): \(text)")
                    return answer
                }
                rest(index, .seconds(seconds))
            } catch let error where error.isRefusedConnection {
                rest(index, .milliseconds(200))
            } catch {
                if !Task.isCancelled { note(fault: "\(method) \(path) of \(servers[index].roles): \(error)") }
                throw error
            }
        }
        note(fault: "\(method) \(path): no answer in time")
        throw NeverSo(what: "\(method) \(path) is answered")
    }

    /// Whose turn it is; nil while all are at rest.
    private func next() -> Int? {
        state.withLock { state in
            for _ in servers.indices {
                state.turn = (state.turn + 1) % servers.count
                if state.restUntil[state.turn] ?? .now <= .now { return state.turn }
            }
            return nil
        }
    }

    private func rest(_ index: Int, _ duration: Duration) {
        state.withLock { state in
            state.restUntil[index] = .now + duration
            state.retries += 1
        }
    }

    private func note(fault: String) { state.withLock { $0.faults.append(fault) } }
}

extension Error {
    /// Nobody listened: the request was not sent.
    fileprivate var isRefusedConnection: Bool {
        switch self {
        case let error as IOError: error.errnoCode == ECONNREFUSED
        case let error as NIOConnectionError:
            !error.connectionErrors.isEmpty && error.connectionErrors.allSatisfy { $0.error.isRefusedConnection }
        default: false
        }
    }
}
