internal import Synchronization

/// How busy a pool is, and how often it was too busy.
package struct PoolUsage: Sendable, Equatable {
    package let connections: Int
    /// Connections that serve somebody.
    package let inUse: Int
    /// Callers that wait for one.
    package let waiting: Int
    /// Callers whose time was over, since the pool began, before they got one.
    package let timeouts: Int
    /// Callers that were sent away since too many waited.
    package let overloads: Int

    package init(connections: Int, inUse: Int, waiting: Int, timeouts: Int, overloads: Int) {
        self.connections = connections
        self.inUse = inUse
        self.waiting = waiting
        self.timeouts = timeouts
        self.overloads = overloads
    }
}

/// What a pool and its threads count while they work.
final class PoolTally: Sendable {
    private let busy = Atomic(0)
    private let expired = Atomic(0)
    private let refused = Atomic(0)

    func began() { busy.wrappingAdd(1, ordering: .relaxed) }
    func ended() { busy.wrappingSubtract(1, ordering: .relaxed) }
    func timedOut() { expired.wrappingAdd(1, ordering: .relaxed) }
    func overloaded() { refused.wrappingAdd(1, ordering: .relaxed) }

    func usage(connections: Int, waiting: Int) -> PoolUsage {
        PoolUsage(
            connections: connections,
            inUse: busy.load(ordering: .relaxed),
            waiting: waiting,
            timeouts: expired.load(ordering: .relaxed),
            overloads: refused.load(ordering: .relaxed)
        )
    }
}
