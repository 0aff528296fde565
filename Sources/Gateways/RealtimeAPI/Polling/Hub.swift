internal import EventStore
internal import Events
internal import Foundation
internal import Projections
internal import Sessions
internal import Synchronization

/// The polls of this process, by whom they are for. In shards, since every request comes by and every event wakes some.
final class Hub: Sendable {
    private struct Shard: ~Copyable, Sendable {
        var byOwner: [QueueOwner: [Waiter]] = [:]
        var byQueue: [UUID: Waiter] = [:]
    }

    private final class Lane: Sendable {
        let shard = Mutex(Shard())
    }

    private let lanes = (0..<16).map { _ in Lane() }
    private let draining = Atomic(false)

    /// Whether this process takes no more polls.
    var isDraining: Bool { draining.load(ordering: .acquiring) }

    var count: Int { lanes.reduce(0) { $0 + $1.shard.withLock { $0.byQueue.count } } }

    /// Takes a poll in; the one before it on the same queue is over.
    func enter(_ waiter: Waiter) {
        let older = lane(waiter.owner).shard.withLock { shard in
            shard.byOwner[waiter.owner, default: []].append(waiter)
            return shard.byQueue.updateValue(waiter, forKey: waiter.queue)
        }
        older?.fire(.superseded)
        if isDraining { waiter.fire(.draining) }
    }

    func leave(_ waiter: Waiter) {
        lane(waiter.owner).shard.withLock { shard in
            shard.byOwner[waiter.owner]?.removeAll { $0 === waiter }
            if shard.byOwner[waiter.owner]?.isEmpty == true { shard.byOwner[waiter.owner] = nil }
            if shard.byQueue[waiter.queue] === waiter { shard.byQueue[waiter.queue] = nil }
        }
    }

    /// Wakes those for whom something has come.
    func wake(_ wake: FanoutWake) {
        for (tenant, users) in wake.users {
            switch users {
            case .all: for waiter in all(where: { $0.owner.tenant == tenant }) { waiter.wake(wake.watermark) }
            case .these(let users):
                for user in users {
                    for waiter in waiters(of: QueueOwner(tenant, user)) { waiter.wake(wake.watermark) }
                }
            }
        }
    }

    /// Makes everybody look, since wakes may have been lost.
    func wakeAll() {
        for waiter in all(where: { _ in true }) { waiter.fire(.woken) }
    }

    /// Ends a poll whose queue is polled elsewhere now.
    func end(poll: UUID, of owner: QueueOwner) {
        for waiter in waiters(of: owner) where waiter.id == poll { waiter.fire(.superseded) }
    }

    /// Ends the poll of a queue that is no more.
    func end(queue: UUID, of owner: QueueOwner) {
        for waiter in waiters(of: owner) where waiter.queue == queue { waiter.fire(.deleted) }
    }

    /// Ends the polls of sessions that have ended.
    func end(_ sessions: SessionEnds) {
        for waiter in all(where: { sessions.cover($0.session.basis) }) { waiter.fire(.revoked) }
    }

    /// Ends all polls, those that come included.
    func drain() {
        draining.store(true, ordering: .releasing)
        for waiter in all(where: { _ in true }) { waiter.fire(.draining) }
    }

    /// Looks after those whose time is over, and whose clients are gone.
    func sweep(at now: ContinuousClock.Instant = .now) {
        for waiter in all(where: { _ in true }) { waiter.check(at: now) }
    }

    private func waiters(of owner: QueueOwner) -> [Waiter] {
        lane(owner).shard.withLock { $0.byOwner[owner] ?? [] }
    }

    private func all(where matches: (Waiter) -> Bool) -> [Waiter] {
        lanes.flatMap { lane in lane.shard.withLock { $0.byOwner.values.flatMap { $0.filter(matches) } } }
    }

    private func lane(_ owner: QueueOwner) -> Lane { lanes[Int(owner.id.uuid.uuid.15) % lanes.count] }
}
