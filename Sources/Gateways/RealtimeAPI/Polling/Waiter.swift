internal import EventStore
internal import Foundation
internal import NIOCore
internal import Projections
internal import Sessions
internal import Synchronization

/// One poll that is being served: parked, or about to be.
///
/// `arm`, read, `wait`: what fires between is not lost, the wait then ends at once.
final class Waiter: Sendable {
    enum Reason: Sendable, Equatable {
        /// Something may have come.
        case woken
        /// The time that was given to `wait` is over.
        case elapsed
        /// Another poll of the same queue has come.
        case superseded
        /// The queue was deleted.
        case deleted
        /// The session ended.
        case revoked
        /// This process is about to end.
        case draining
        /// The client has closed its connection.
        case vanished

        /// Whether the poll is over, whatever it finds.
        var isFinal: Bool { self != .woken && self != .elapsed }
    }

    private struct State {
        var fired: Reason?
        var continuation: CheckedContinuation<Reason, Never>?
        var until = ContinuousClock.now
        /// The poll has read everything up to here, so that wakes up to here tell it nothing.
        var covered: Position = -1
    }

    /// Names the poll.
    let id = UUID()
    let queue: UUID
    let owner: QueueOwner
    let session: Session
    private let channel: any Channel
    /// A test's request has no connection that could close.
    private let hasConnection: Bool
    private let state = Mutex(State())

    init(queue: UUID, owner: QueueOwner, session: Session, channel: any Channel) {
        self.queue = queue
        self.owner = owner
        self.session = session
        self.channel = channel
        hasConnection = channel.isActive
    }

    /// Before a read: a wake from here on ends the next wait.
    func arm() {
        state.withLock { if $0.fired?.isFinal != true { $0.fired = nil } }
    }

    /// After a read that saw everything up to `position`.
    func cover(_ position: Position) {
        state.withLock { $0.covered = max($0.covered, position) }
    }

    /// Why the poll is over, if it is.
    var end: Reason? { state.withLock { $0.fired.flatMap { $0.isFinal ? $0 : nil } } }

    func wait(until deadline: ContinuousClock.Instant) async -> Reason {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let fired = state.withLock { state -> Reason? in
                    if let fired = state.fired { return fired }
                    state.continuation = continuation
                    state.until = deadline
                    return nil
                }
                if let fired { continuation.resume(returning: fired) }
            }
        } onCancel: {
            fire(.draining)
        }
    }

    /// Ends the wait. A final reason stays; the first one counts.
    func fire(_ reason: Reason) {
        let continuation = state.withLock { state in
            if state.fired?.isFinal != true { state.fired = reason }
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: reason)
    }

    /// Something has come up to `watermark`.
    func wake(_ watermark: Position) {
        if state.withLock({ $0.covered < watermark }) { fire(.woken) }
    }

    /// Ends the wait if its time is over or nobody waits for the answer.
    func check(at now: ContinuousClock.Instant) {
        if hasConnection, !channel.isActive { return fire(.vanished) }
        if state.withLock({ $0.continuation != nil && $0.until <= now }) { fire(.elapsed) }
    }
}
