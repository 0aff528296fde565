internal import Foundation
internal import Synchronization

/// The latest known position of each partition, for those who wait for more. Positions only grow; what it says is a hint
/// that may come late, never early.
package final class PositionWatch: Sendable {
    package typealias Observer = @Sendable (Partition, Position) -> Void

    private struct State {
        var positions: [Partition: Position] = [:]
        var waiters: [UInt64: Waiter] = [:]
        var observers: [Observer] = []
        var nextWaiter: UInt64 = 0
    }

    private struct Waiter {
        let partition: Partition
        let past: Position
        let continuation: CheckedContinuation<Void, Never>
    }

    private let state = Mutex(State())

    package init() {}

    /// The latest known position, 0 if none is.
    package subscript(_ partition: Partition) -> Position {
        state.withLock { $0.positions[partition] ?? 0 }
    }

    /// Calls `observer` after each advance, on the thread that reports it; it must be quick.
    package func observe(_ observer: @escaping Observer) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Notes that `partition` has reached `position`, and wakes who waited for it.
    package func advance(_ partition: Partition, to position: Position) {
        let (woken, observers) = state.withLock { state -> ([Waiter], [Observer]) in
            guard position > state.positions[partition] ?? 0 else { return ([], []) }
            state.positions[partition] = position
            let ready = state.waiters.filter { $0.value.partition == partition && $0.value.past < position }
            for id in ready.keys { state.waiters[id] = nil }
            return (Array(ready.values), state.observers)
        }
        for waiter in woken { waiter.continuation.resume() }
        for observer in observers { observer(partition, position) }
    }

    /// Returns when `partition` is known to be past `position`, after `timeout`, or when the task is cancelled.
    package func wait(_ partition: Partition, past position: Position, timeout: Duration) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.park(id, partition, past: position) }
            group.addTask {
                // A cancelled sleep only means that the wait is over.
                try? await Task.sleep(for: timeout)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func park(_ id: UInt64, _ partition: Partition, past position: Position) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    guard !Task.isCancelled, state.positions[partition] ?? 0 <= position else { return true }
                    state.waiters[id] = Waiter(partition: partition, past: position, continuation: continuation)
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume()
        }
    }
}
