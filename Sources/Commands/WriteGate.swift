internal import Foundation
internal import Synchronization

/// Lets one command of this process at a time append to a stream, in the order in which they came.
///
/// The log would let only one of them through anyway and send the others back to decide anew; a hundred reactions to
/// one message would use up their tries. Commands of other processes are met in the log alone.
final class WriteGate: Sendable {
    private typealias Waiter = CheckedContinuation<Void, Never>

    /// A stream that is here has someone inside; these wait behind.
    private let inside = Mutex<[StreamKey: [Waiter]]>([:])

    /// Enters all if nobody is in any of them.
    func tryEnter(_ keys: Set<StreamKey>) -> Bool {
        inside.withLock { inside in
            guard keys.allSatisfy({ inside[$0] == nil }) else { return false }
            for key in keys { inside[key] = [] }
            return true
        }
    }

    /// Waits for its turn in each, always in the same order, so that no two wait for each other.
    func enter(_ keys: Set<StreamKey>) async {
        for key in keys.sorted() {
            await withCheckedContinuation { continuation in
                let entered = inside.withLock { inside in
                    guard inside[key] == nil else {
                        inside[key]?.append(continuation)
                        return false
                    }
                    inside[key] = []
                    return true
                }
                if entered { continuation.resume() }
            }
        }
    }

    /// Leaves, and lets the next one in.
    func leave(_ keys: Set<StreamKey>) {
        let next = inside.withLock { inside in
            keys.compactMap { key -> Waiter? in
                guard let waiters = inside[key], !waiters.isEmpty else {
                    inside[key] = nil
                    return nil
                }
                return inside[key]?.removeFirst()
            }
        }
        for waiter in next { waiter.resume() }
    }
}
