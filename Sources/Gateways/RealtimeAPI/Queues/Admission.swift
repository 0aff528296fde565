internal import GatewayHTTP
internal import HTTPTypes
internal import Synchronization

/// Lets so many registrations read the database at a time, so many more wait, and sends the others away for a while: when
/// everybody comes at once, those who resume a queue must not stand behind those who load everything.
final class Admission: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let running: Int
    private let waiting: Int
    private let state = Mutex(State())

    init(running: Int, waiting: Int) {
        self.running = running
        self.waiting = waiting
    }

    func enter<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await admit()
        defer { leave() }
        return try await body()
    }

    private func admit() async throws(Problem) {
        let isRefused = state.withLock { $0.running >= running && $0.waiting.count >= waiting }
        if isRefused { throw .registerBusy }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.running < running {
                    state.running += 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

extension Problem {
    static var registerBusy: Problem {
        Problem(
            .tooManyRequests,
            "register_busy",
            "too many register at once; resume a queue, or register later",
            headers: [.retryAfter: "\(Int.random(in: 1...5))"]
        )
    }
}
